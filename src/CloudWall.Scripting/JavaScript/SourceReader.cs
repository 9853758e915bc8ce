using System.Text;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Finds out what a function may change, from its tokens. It knows each form in which JavaScript writes, and each name of the language that
/// does; what is not certainly harmless counts as a change. A member whose name only the run knows may be any function of the language:
/// where there are such, functions are called by names that are known to be harmless, or it counts as a change.
/// </summary>
internal sealed partial class SourceReader(byte[] source)
{
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private readonly List<string> _assigned = [];
    private readonly SourceBrackets _brackets = new();
    private readonly SourceShape _shape = new(source);
    private SourceToken _last;
    private SourceToken _beforeLast;
    private string _lastWord = "";
    private string _beforeLastWord = "";
    private int _functions;
    private int _keyTokens = -1;
    private bool _writes;
    private bool _globals;
    private bool _mutates;
    private bool _computes;
    private bool _callsUnknown;

    private bool LastIsMember => _beforeLast.IsPoint;

    /// <summary>Takes the next token.</summary>
    public void Read(in SourceToken token)
    {
        _shape.Read(token);
        var word = token.Kind is SourceTokenKind.Word or SourceTokenKind.Keyword ? Text(token.Start, token.End) : "";
        ReadDeclaration(token);
        ReadKey(token);
        ReadStep(token, word);
        ReadUse(token);
        ReadHead(token, word);
        switch (token.Kind)
        {
            case SourceTokenKind.Word:
                ReadWord(token, word);
                break;
            case SourceTokenKind.Keyword:
                ReadKeyword(word);
                break;
            case SourceTokenKind.Punctuator:
                ReadPunctuator(token);
                break;
            default:
                // A tagged template is a call that does not look like one.
                _callsUnknown |= token.Symbol == '`' && source[token.Start] == '`' && IsValueEnd(_last);
                break;
        }

        (_beforeLast, _last) = (_last, token);
        (_beforeLastWord, _lastWord) = (_lastWord, word);
    }

    /// <summary>Says what was found.</summary>
    public SourceTraits Finish(bool isComplete)
    {
        // With a function in the function, a name that one of them declares may be a global one in the other.
        // Those that it declares in a block around them are not among these.
        var globals = _globals || (_functions > 1 ? _assigned.Count > 0 : _assigned.Exists(name => !_own.Contains(name)));
        var objects = _writes || (_computes && (_callsUnknown || _mutates));
        return new SourceTraits(_shape.IsClosed && isComplete, objects, globals, objects || _mutates);
    }

    private static bool IsPunctuator(in SourceToken token, char symbol) =>
        token.Kind == SourceTokenKind.Punctuator && token.Symbol == symbol;

    private static bool IsComparison(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("=="u8) || text.SequenceEqual("==="u8) || text.SequenceEqual("!="u8) || text.SequenceEqual("!=="u8)
        || text.SequenceEqual("<="u8) || text.SequenceEqual(">="u8);

    private bool IsStep(in SourceToken token) =>
        token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'+' or (byte)'-' } && token.End - token.Start == 2
            && source[token.Start + 1] == token.Symbol;

    private string Text(int start, int end) => Encoding.UTF8.GetString(source.AsSpan(start..end));

    /// <summary>Whether a bracket after it belongs to it. Keywords that may be names count as such.</summary>
    private bool IsValueEnd(in SourceToken token) => token.Kind switch
    {
        SourceTokenKind.Word or SourceTokenKind.Value => true,
        SourceTokenKind.Keyword => !SourceTokens.BeginsExpression(source.AsSpan(token.Start..token.End)),
        SourceTokenKind.Punctuator => token.Symbol is (byte)')' or (byte)']' or (byte)'}' or (byte)'.',
        _ => false,
    };

    /// <summary>Names of members: what is between square brackets, and strings that stand for names.</summary>
    private void ReadKey(in SourceToken token)
    {
        if (_keyTokens >= 0)
        {
            // Anything but a number or a string, alone.
            _computes |= _keyTokens == 0 ? token is not { Kind: SourceTokenKind.Value, Symbol: 0 } : !IsPunctuator(token, ']');
            _keyTokens = _keyTokens == 0 ? 1 : -1;
        }

        if (IsPunctuator(token, '['))
        {
            if (IsValueEnd(_last) && !BeginsPattern(token))
            {
                _keyTokens = 0;
            }

            // A member of an object that is made here, or taken out of one, by a name that only the run knows.
            _writes |= (IsPunctuator(_last, ',') || IsPunctuator(_last, '{')) && _brackets.Innermost is { Symbol: (byte)'{' };
        }

        if (_last is { Kind: SourceTokenKind.Value, Symbol: 0 } && source[_last.Start] is (byte)'"' or (byte)'\''
            && token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)']' or (byte)':' or (byte)'(' })
        {
            var name = Text(_last.Start + 1, Math.Max(_last.Start + 1, _last.End - 1));
            var kind = SourceNames.Of(name);
            _writes |= name.Contains('\\') || kind is SourceName.Changing or SourceName.Mutator;
            _callsUnknown |= kind is SourceName.Calling or SourceName.Harmless;
        }
    }

    /// <summary>What <c>++</c> and <c>--</c> in front of something write to: a name, or it is not looked for.</summary>
    private void ReadStep(in SourceToken token, string word)
    {
        if (IsStep(_last))
        {
            _writes |= token.Kind switch
            {
                SourceTokenKind.Keyword => word == "new" || !SourceTokens.BeginsExpression(source.AsSpan(token.Start..token.End)),
                SourceTokenKind.Punctuator => token.Symbol is (byte)'(' or (byte)'[' or (byte)'{',
                SourceTokenKind.Value => true,
                _ => false,
            };
            if (token.Kind == SourceTokenKind.Word)
            {
                AssignTo(word);
            }
        }
        else if (IsStep(_beforeLast) && _last.Kind == SourceTokenKind.Word)
        {
            _writes |= token.Kind == SourceTokenKind.Value
                || token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'.' or (byte)'[' or (byte)'(' or (byte)'?' };
        }
    }

    /// <summary>How the name before this token is used.</summary>
    private void ReadUse(in SourceToken token)
    {
        var isCall = IsPunctuator(token, '(');
        if (_last.Kind == SourceTokenKind.Word)
        {
            var kind = SourceNames.Of(_lastWord);
            if (kind == SourceName.Mutator)
            {
                // Called at once on something, or else it may be called on anything.
                _mutates |= isCall && LastIsMember;
                _writes |= !isCall || !LastIsMember;
            }
            else if (isCall)
            {
                _callsUnknown |= LastIsMember ? kind != SourceName.Harmless : !IsNoCall() && !SourceNames.Helpers.Contains(_lastWord);
            }
            else if (!LastIsMember && kind == SourceName.Harmless)
            {
                // The name may be given to something else.
                _callsUnknown |= !IsPunctuator(token, '.');
            }
        }
        else if (isCall)
        {
            _callsUnknown |= _last.Kind == SourceTokenKind.Keyword ? _lastWord is "of" or "let" or "async" or "default" or "yield" or "await"
                : _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)')' or (byte)']' or (byte)'.' };
        }
    }

    private bool IsNoCall() => _lastWord is "function" or "switch" or "catch" || (_beforeLastWord == "function" && !LastIsMember);

    /// <summary>Brackets, and what a loop assigns to.</summary>
    private void ReadHead(in SourceToken token, string word)
    {
        if (token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)')' or (byte)']' or (byte)'}' })
        {
            _brackets.Close();
        }

        if (_brackets.Innermost is { IsFor: true } head)
        {
            head.Tokens++;
            head.BeginsWithDeclaration |= head.Tokens == 1 && token.Kind == SourceTokenKind.Keyword && word is "var" or "let" or "const";
            head.HasSemicolon |= IsPunctuator(token, ';');
            if (token.Kind == SourceTokenKind.Keyword && word is "in" or "of" && !head.HasSemicolon)
            {
                if (head.Tokens == 2 && _last.Kind == SourceTokenKind.Word)
                {
                    AssignTo(_lastWord);
                }
                else
                {
                    // A name, or the two brackets of a pattern.
                    _writes |= !head.BeginsWithDeclaration || head.Tokens != (EndsPattern() ? 4 : 3);
                }

                // What comes after a comma now is an expression.
                _declaring = -1;
            }
        }

        if (token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'(' or (byte)'[' or (byte)'{' })
        {
            var isStatement = _brackets.Innermost is not { IsObject: true };
            if (token.Symbol == '{' && IsPunctuator(_last, ')') && _brackets.Closed is not { IsHead: true })
            {
                // A method, which has names of its own.
                _functions++;
            }

            _brackets.Open(new SourceBrackets.Bracket(token.Symbol)
            {
                IsObject = token.Symbol == '{' && !IsBlock(),
                IsHead = (isStatement && _lastWord is "if" or "for" or "while" or "switch" or "catch") || _lastWord == "function"
                    || _beforeLastWord == "function",
                IsFor = token.Symbol == '(' && _last.Kind == SourceTokenKind.Keyword && _lastWord == "for",
                IsPattern = BeginsPattern(token) || IsInPattern,
                IsOfVar = IsInPattern ? _brackets.Innermost!.IsOfVar : _lastWord == "var",
            });
        }
    }

    private bool IsBlock() => _last.Kind switch
    {
        SourceTokenKind.None or SourceTokenKind.Word => true,
        SourceTokenKind.Keyword => _lastWord is "else" or "do",
        SourceTokenKind.Punctuator => _last.Symbol is (byte)')' or (byte)';' or (byte)'{' or (byte)'}'
            || source.AsSpan(_last.Start.._last.End).SequenceEqual("=>"u8),
        _ => false,
    };

    private void ReadWord(in SourceToken token, string word)
    {
        // Blanks other than ASCII's are taken for letters by who makes the tokens.
        _writes |= SourceNames.Of(word) == SourceName.Changing || word.Any(static c => c is '\\' or '\uFEFF' || char.IsWhiteSpace(c));
        _callsUnknown |= SourceNames.Of(word) == SourceName.Calling;
        if (_last.IsPoint)
        {
            return;
        }

        if (word == "function")
        {
            _functions++;
        }
        else
        {
            ReadDeclaredWord(token, word);
        }

        _writes |= _last.Kind == SourceTokenKind.Keyword && _lastWord == "new" && word != "Date";
    }

    private void ReadKeyword(string word)
    {
        _writes |= word is "delete" or "with" or "yield" or "await" or "async" or "export" or "extends"
            || (_last.Kind == SourceTokenKind.Keyword && _lastWord == "new") || IsInPattern;
    }

    private void ReadPunctuator(in SourceToken token)
    {
        var text = source.AsSpan(token.Start..token.End);
        if (token.Symbol is (byte)';' or (byte)'{' or (byte)'}')
        {
            _declaring = -1;
        }

        _writes |= _last.Kind == SourceTokenKind.Keyword && _lastWord == "new";
        if (text.SequenceEqual("=>"u8))
        {
            _functions++;
        }
        else if (!_isDefault && ((text[^1] == '=' && !IsComparison(text)) || IsStep(token)))
        {
            Assign(isStep: text[^1] != '=');
        }
    }

    private void Assign(bool isStep)
    {
        if (_last.Kind == SourceTokenKind.Word)
        {
            _writes |= LastIsMember || _beforeLast.Symbol == '?';
            if (_last.Start != _declared || isStep)
            {
                AssignTo(_lastWord);
            }
        }
        else if (isStep || !EndsPattern())
        {
            // Members by computed names, patterns, and names that look like keywords; what a step comes before is looked at then.
            _writes |= !isStep || _last.Kind == SourceTokenKind.Keyword
                || _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)']' or (byte)')' };
        }
    }
}
