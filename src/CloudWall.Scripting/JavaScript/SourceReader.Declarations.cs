namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// The names that a function declares. Those of <c>let</c> and <c>const</c> hold in their block only; all are looked for in the brackets
/// that are open where a name is assigned to. What is not certainly a declaration counts as none.
/// </summary>
internal sealed partial class SourceReader
{
    private int _declaring = -1;
    private int _declared = -1;
    private bool _declaresVar;
    private bool _isDefault;
    private bool _awaitsName;

    /// <summary>Whether names stand here that a pattern declares, rather than values that they have by default.</summary>
    private bool IsInPattern => _brackets.Innermost is { IsPattern: true, IsInDefault: false };

    /// <summary>Goes on with declarations that are under way.</summary>
    private void ReadDeclaration(in SourceToken token)
    {
        // A declaration goes on over commas only.
        if (token.Depth < _declaring || (token.AfterNewLine && !IsPunctuator(_last, ',') && _last.Kind != SourceTokenKind.Keyword))
        {
            _declaring = -1;
        }

        if (_last.Kind == SourceTokenKind.Keyword && _lastWord is "let" or "const")
        {
            // "let" may be a name, also at the end of a statement that has no semicolon.
            _globals |= !BeginsPattern(token) && (token.Kind != SourceTokenKind.Word || token.AfterNewLine);
        }

        ReadPattern(token);
    }

    /// <summary>A word that may be declared here.</summary>
    private void ReadDeclaredWord(in SourceToken token, string word)
    {
        if (_last.Kind == SourceTokenKind.Keyword && _lastWord is "var" or "let" or "const")
        {
            (_declaring, _declared, _declaresVar) = (token.Depth, token.Start, _lastWord == "var");
            Declare(word, _declaresVar);
        }
        else if (_declaring == token.Depth && IsPunctuator(_last, ','))
        {
            _declared = token.Start;
            Declare(word, _declaresVar);
        }
    }

    /// <summary>Whether a bracket begins a pattern of names: it comes after a keyword that is certainly no name.</summary>
    private bool BeginsPattern(in SourceToken token) =>
        token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'[' or (byte)'{' } && _last.Kind == SourceTokenKind.Keyword
            && (_lastWord is "var" or "const"
                || (_lastWord == "let" && !token.AfterNewLine
                    && (_beforeLast is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)';' or (byte)'{' or (byte)'}' }
                        || (IsPunctuator(_beforeLast, '(') && _brackets.Innermost is { IsFor: true }))));

    /// <summary>Whether the last token was the end of a whole pattern.</summary>
    private bool EndsPattern() =>
        _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)']' or (byte)'}' } && _brackets.Closed is { IsPattern: true }
            && _brackets.Innermost is not { IsPattern: true };

    /// <summary>Names in a pattern: those that no colon comes after.</summary>
    private void ReadPattern(in SourceToken token)
    {
        _isDefault = false;
        if (_brackets.Innermost is not { IsPattern: true } pattern)
        {
            _awaitsName = false;
            return;
        }

        if (!pattern.IsInDefault)
        {
            _isDefault = IsPunctuator(token, '=') && token.End - token.Start == 1;
            if (_last.Kind == SourceTokenKind.Word && _awaitsName)
            {
                if (_isDefault || token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)',' or (byte)'}' or (byte)']' })
                {
                    Declare(_lastWord, pattern.IsOfVar);
                }
                else
                {
                    _writes |= !(IsPunctuator(token, ':') && pattern.Symbol == '{');
                }
            }

            pattern.IsInDefault = _isDefault;
        }
        else if (IsPunctuator(token, ','))
        {
            pattern.IsInDefault = false;
        }

        _awaitsName = !pattern.IsInDefault && token.Kind == SourceTokenKind.Word;
    }

    private void Declare(string name, bool isVar)
    {
        if (isVar)
        {
            _own.Add(name);
        }

        _globals |= !_brackets.TryDeclare(name) && !isVar;
    }

    private void AssignTo(string name)
    {
        if (!_brackets.Have(name))
        {
            _assigned.Add(name);
        }
    }
}
