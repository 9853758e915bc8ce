using System.Buffers;

namespace CloudWall.Scripting.JavaScript;

/// <summary>What kind a token is of.</summary>
internal enum SourceTokenKind
{
    None,
    Word,
    Keyword,
    Value,
    Punctuator,
}

/// <summary>A token of JavaScript.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Symbol">The first character of a punctuator.</param>
/// <param name="Depth">In how many brackets it is; a closing bracket is as deep as its opening one.</param>
/// <param name="AfterNewLine">Whether a line ended before it.</param>
internal readonly record struct SourceToken(SourceTokenKind Kind, int Start, int End, byte Symbol, int Depth, bool AfterNewLine)
{
    /// <summary>Whether it is the point before a member's name, and not the three that take all of something.</summary>
    public bool IsPoint => Kind == SourceTokenKind.Punctuator && Symbol == '.' && End - Start == 1;

    /// <summary>Whether it is that word.</summary>
    public bool IsWord(ReadOnlySpan<byte> source, ReadOnlySpan<byte> word) =>
        Kind is SourceTokenKind.Word or SourceTokenKind.Keyword && source[Start..End].SequenceEqual(word);
}

/// <summary>
/// Splits JavaScript into tokens, as far as it takes to tell words from what only looks like them. It never fails: what is no JavaScript
/// gives some tokens, and the engine refuses it. Where only a parser could tell what a character begins, the text counts as incomplete.
/// </summary>
internal ref struct SourceTokens(ReadOnlySpan<byte> source)
{
    private static readonly SearchValues<byte> OfNumbers = SearchValues.Create("0123456789.eE+-_n"u8);
    private static readonly SearchValues<byte> OfOtherBases = SearchValues.Create("0123456789abcdefABCDEF_n"u8);

    private static readonly string[] Keywords =
    [
        "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof", "yield", "await", "var", "let",
        "const", "if", "while", "for", "with", "extends", "default", "export", "async",
    ];

    private static readonly HashSet<string> KeywordSet = new(Keywords, StringComparer.Ordinal);


    private readonly ReadOnlySpan<byte> _source = source;
    private readonly Stack<int> _templates = new();
    private readonly Stack<bool> _conditions = new();
    private bool _afterCondition;
    private int _at;
    private int _depth;
    private SourceToken _last;

    /// <summary>Whether brackets, strings and comments all have their ends, and nothing was in doubt.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Reads the next token.</summary>
    public bool Next(out SourceToken token)
    {
        var newLine = SkipBlanks();
        if (_at >= _source.Length)
        {
            IsComplete &= _depth == 0;
            token = default;
            return false;
        }

        var start = _at;
        var c = _source[_at];
        if (IsWordPart(c) && c is not (>= (byte)'0' and <= (byte)'9'))
        {
            while (_at < _source.Length && IsWordPart(_source[_at]))
            {
                _at++;
            }

            var kind = !_last.IsPoint && _at - start <= 10 && KeywordSet.Contains(System.Text.Encoding.UTF8.GetString(_source[start.._at]))
                ? SourceTokenKind.Keyword
                : SourceTokenKind.Word;
            token = new SourceToken(kind, start, _at, 0, _depth, newLine);
        }
        else
        {
            token = ReadOther(c, start, newLine);
        }

        _last = token;
        return true;
    }

    /// <summary>Whether an expression comes after that keyword: it is never a name.</summary>
    public static bool BeginsExpression(ReadOnlySpan<byte> keyword) =>
        keyword.SequenceEqual("return"u8) || keyword.SequenceEqual("typeof"u8) || keyword.SequenceEqual("case"u8)
            || keyword.SequenceEqual("in"u8)
        || keyword.SequenceEqual("delete"u8) || keyword.SequenceEqual("void"u8) || keyword.SequenceEqual("throw"u8)
            || keyword.SequenceEqual("new"u8)
        || keyword.SequenceEqual("else"u8) || keyword.SequenceEqual("do"u8) || keyword.SequenceEqual("instanceof"u8);

    /// <summary>Whether that character comes next.</summary>
    public bool IsFollowedBy(byte symbol)
    {
        var ahead = this;
        ahead.SkipBlanks();
        return ahead._at < _source.Length && _source[ahead._at] == symbol;
    }

    private static bool IsWordPart(byte c) =>
        c is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'0' and <= (byte)'9')
            or (byte)'_' or (byte)'$' or (byte)'#' or (byte)'\\' or >= 0x80;

    private SourceToken ReadOther(byte c, int start, bool newLine)
    {
        switch (c)
        {
            case (byte)'"' or (byte)'\'':
                SkipString(c);
                return new SourceToken(SourceTokenKind.Value, start, _at, 0, _depth, newLine);
            case (byte)'`':
                SkipTemplate();
                return new SourceToken(SourceTokenKind.Value, start, _at, (byte)'`', _depth, newLine);
            case (byte)'}' when _templates.TryPeek(out var depth) && depth == _depth:
                _templates.Pop();
                _depth--;
                SkipTemplate();
                return new SourceToken(SourceTokenKind.Value, start, _at, (byte)'`', _depth, newLine);
            case >= (byte)'0' and <= (byte)'9':
                SkipNumber();
                return new SourceToken(SourceTokenKind.Value, start, _at, 0, _depth, newLine);
            case (byte)'.' when _at + 1 < _source.Length && _source[_at + 1] is >= (byte)'0' and <= (byte)'9':
                SkipNumber();
                return new SourceToken(SourceTokenKind.Value, start, _at, 0, _depth, newLine);
            case (byte)'.' when _source[_at..].StartsWith("..."u8):
                _at += 3;
                return new SourceToken(SourceTokenKind.Punctuator, start, _at, c, _depth, newLine);
            case (byte)'/' when MayBeginExpression(newLine):
                SkipRegularExpression();
                return new SourceToken(SourceTokenKind.Value, start, _at, (byte)'/', _depth, newLine);
            case (byte)'(' or (byte)'[' or (byte)'{':
                _at++;
                if (c == '(')
                {
                    _conditions.Push(_last.Kind == SourceTokenKind.Keyword && IsConditional(_source[_last.Start.._last.End]));
                }

                return new SourceToken(SourceTokenKind.Punctuator, start, _at, c, _depth++, newLine);
            case (byte)')' or (byte)']' or (byte)'}':
                _at++;
                if (c == ')')
                {
                    _afterCondition = !_conditions.TryPop(out var condition) || condition;
                }

                IsComplete &= _depth > 0;
                _depth = Math.Max(0, _depth - 1);
                return new SourceToken(SourceTokenKind.Punctuator, start, _at, c, _depth, newLine);
            default:
                SkipOperator(c);
                return new SourceToken(SourceTokenKind.Punctuator, start, _at, c, _depth, newLine);
        }
    }

    private void SkipOperator(byte first)
    {
        // Operators that end with "=" are told apart from those that do not; how they begin does not matter.
        _at++;
        while (_at < _source.Length && _source[_at] is (byte)'=' or (byte)'>' or (byte)'<' or (byte)'&' or (byte)'|' or (byte)'?' or (byte)'+' or (byte)'-' or (byte)'*'
            && first is not ((byte)';' or (byte)',' or (byte)':' or (byte)'.' or (byte)'~')
                && IsOperatorPair(_source[_at - 1], _source[_at]))
        {
            _at++;
            if (first is (byte)'+' or (byte)'-' && _source[_at - 1] == first)
            {
                break;
            }
        }
    }

    private static bool IsConditional(ReadOnlySpan<byte> keyword) =>
        keyword.SequenceEqual("if"u8) || keyword.SequenceEqual("while"u8) || keyword.SequenceEqual("for"u8)
            || keyword.SequenceEqual("with"u8)
        || keyword.SequenceEqual("await"u8);

    private static bool IsOperatorPair(byte before, byte next) => next == '='
        || (next == before && next is (byte)'>' or (byte)'<' or (byte)'&' or (byte)'|' or (byte)'?' or (byte)'+' or (byte)'-' or (byte)'*')
        || (before == '=' && next == '>');

    /// <summary>Whether a slash begins a regular expression rather than divides.</summary>
    private bool MayBeginExpression(bool newLine)
    {
        var (begins, isCertain) = _last.Kind switch
        {
            SourceTokenKind.None => (true, true),
            SourceTokenKind.Keyword => (true, BeginsExpression(_source[_last.Start.._last.End])),
            SourceTokenKind.Punctuator => _last.Symbol switch
            {
                (byte)')' => (false, !_afterCondition && !newLine),
                (byte)']' => (false, !newLine),
                (byte)'}' => (true, false),
                (byte)'+' or (byte)'-' => (true, _last.End - _last.Start == 1),
                _ => (true, true),
            },

            // An expression comes after the beginning of a template, and after the parts of it that have one before them.
            SourceTokenKind.Value when _last.Symbol == '`' && _source[_last.End - 1] == '{' => (true, true),

            // In a new line it may be that a statement has ended before it.
            _ => (false, !newLine),
        };
        IsComplete &= isCertain;
        return begins;
    }

    /// <summary>Skips white space and comments.</summary>
    /// <returns>Whether a line ended among them.</returns>
    private bool SkipBlanks()
    {
        var newLine = _at == 0;
        while (_at < _source.Length)
        {
            var rest = _source[_at..];
            var c = rest[0];
            if (c is (byte)'\n' or (byte)'\r')
            {
                newLine = true;
                _at++;
            }
            else if (c is (byte)' ' or (byte)'\t' or 0x0B or 0x0C)
            {
                _at++;
            }
            else if (rest.StartsWith("\u00A0"u8))
            {
                _at += 2;
            }
            else if (rest.StartsWith("\uFEFF"u8))
            {
                _at += 3;
            }
            else if (rest.StartsWith("\u2028"u8) || rest.StartsWith("\u2029"u8))
            {
                newLine = true;
                _at += 3;
            }
            else if (rest.StartsWith("//"u8) || rest.StartsWith("<!--"u8) || (newLine && rest.StartsWith("-->"u8)))
            {
                // Whether the others are comments depends on how the text is run, and on what comes before them.
                IsComplete &= rest[0] == '/';
                var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
                var comment = end < 0 ? rest : rest[..end];
                IsComplete &= comment.IndexOf("\u2028"u8) < 0 && comment.IndexOf("\u2029"u8) < 0;
                _at += comment.Length;
            }
            else if (rest.StartsWith("/*"u8))
            {
                var end = rest[2..].IndexOf("*/"u8);
                IsComplete &= end >= 0;
                var comment = end < 0 ? rest : rest[..(end + 4)];
                newLine |= comment.IndexOfAny((byte)'\n', (byte)'\r') >= 0
                    || comment.IndexOf("\u2028"u8) >= 0 || comment.IndexOf("\u2029"u8) >= 0;
                _at += comment.Length;
            }
            else
            {
                break;
            }
        }

        return newLine;
    }

    private void SkipString(byte quote)
    {
        for (_at++; _at < _source.Length; _at++)
        {
            var c = _source[_at];
            if (c == '\\')
            {
                _at++;
            }
            else if (c == quote || c == '\n')
            {
                IsComplete &= c == quote;
                _at++;
                return;
            }
        }

        IsComplete = false;
        _at = _source.Length;
    }

    private void SkipTemplate()
    {
        for (_at++; _at < _source.Length; _at++)
        {
            var c = _source[_at];
            if (c == '\\')
            {
                _at++;
            }
            else if (c == '`')
            {
                _at++;
                return;
            }
            else if (c == '$' && _at + 1 < _source.Length && _source[_at + 1] == '{')
            {
                _at += 2;
                _templates.Push(++_depth);
                return;
            }
        }

        IsComplete = false;
        _at = _source.Length;
    }

    private void SkipNumber()
    {
        var start = _at;
        for (_at++; _at < _source.Length; _at++)
        {
            var c = _source[_at];
            if (!IsWordPart(c) && c != '.' && !(c is (byte)'+' or (byte)'-' && _source[_at - 1] is (byte)'e' or (byte)'E'))
            {
                break;
            }
        }

        // Members of numbers are read as part of them; then it is no number.
        IsComplete &= IsNumber(_source[start.._at]);
    }

    private static bool IsNumber(ReadOnlySpan<byte> text)
    {
        if (text.Length > 1 && text[0] == '0' && text[1] is (byte)'x' or (byte)'X' or (byte)'o' or (byte)'O' or (byte)'b' or (byte)'B')
        {
            return text[2..].IndexOfAnyExcept(OfOtherBases) < 0;
        }

        var dots = text.Count((byte)'.');
        return dots < 2 && text.IndexOfAnyExcept(OfNumbers) < 0;
    }

    private void SkipRegularExpression()
    {
        var inClass = false;
        for (_at++; _at < _source.Length; _at++)
        {
            var c = _source[_at];
            if (c == '\\')
            {
                _at++;
            }
            else if (c == '\n')
            {
                IsComplete = false;
                return;
            }
            else if (c == '[')
            {
                inClass = true;
            }
            else if (c == ']')
            {
                inClass = false;
            }
            else if (c == '/' && !inClass)
            {
                // Other characters may be blanks.
                for (_at++; _at < _source.Length && char.IsAsciiLetter((char)_source[_at]); _at++)
                {
                }

                return;
            }
        }

        IsComplete = false;
        _at = _source.Length;
    }
}
