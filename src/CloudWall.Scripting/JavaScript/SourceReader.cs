using System.Text;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Finds out what a function may change, from its tokens.</summary>
internal sealed class SourceReader(byte[] source, HashSet<string> mutating)
{
    /// <summary>What may be called by a plain name. Any other may be a function that was named at run time, or made of text.</summary>
    private static readonly HashSet<string> Harmless = new(
        [
            "function", "if", "for", "while", "switch", "catch", "return", "typeof", "in", "of", "void", "emit", "log", "sum", "isArray",
            "toJSON", "parseInt", "parseFloat", "isNaN", "isFinite", "Number", "String", "Boolean", "decodeURI", "decodeURIComponent",
            "encodeURI", "encodeURIComponent", "escape", "unescape", "else", "do", "throw", "case",
        ],
        StringComparer.Ordinal);

    /// <summary>What calls functions that it is given, or that its object has.</summary>
    private static readonly HashSet<string> Callers = new(
        [
            "map", "filter", "forEach", "reduce", "reduceRight", "some", "every", "find", "findIndex", "findLast", "findLastIndex", "flatMap",
            "replace", "replaceAll", "from", "of", "toJSON", "toString", "valueOf", "next", "Symbol", "stringify", "parse", "get",
        ],
        StringComparer.Ordinal);

    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private readonly List<string> _assigned = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _mutating = mutating.GetAlternateLookup<ReadOnlySpan<char>>();
    private SourceToken _last;
    private SourceToken _beforeLast;
    private int _count;
    private int _functions;
    private int _ends;
    private bool _closed = true;
    private bool _declares;
    private bool _objects;
    private bool _globals;
    private bool _computes;
    private bool _opensKey;
    private bool _calls;

    /// <summary>Takes the next token.</summary>
    public void Read(in SourceToken token)
    {
        if (_opensKey && token.Kind != SourceTokenKind.Value)
        {
            _computes = true;
        }

        _opensKey = token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'[' }
            && _last.Kind is SourceTokenKind.Word or SourceTokenKind.Value
            || (token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'[' } && _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)')' or (byte)']' });
        if (_count++ == 0)
        {
            _closed = token.IsWord(source, "function"u8);
        }
        else if (_ends > 0)
        {
            // Nothing but semicolons may come after the function.
            _closed &= token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)';' };
        }

        if (token.Kind is SourceTokenKind.Word or SourceTokenKind.Keyword)
        {
            ReadWord(token);
        }
        else if (token.Kind == SourceTokenKind.Punctuator)
        {
            ReadPunctuator(token);
        }
        else if (token.Symbol == '`')
        {
            // A tagged template is a call that does not look like one.
            _objects |= _last.Kind == SourceTokenKind.Word;
        }

        (_beforeLast, _last) = (_last, token);
    }

    /// <summary>Says what was found.</summary>
    public SourceTraits Finish(bool isComplete)
    {
        // With a function in the function, a name that one of them declares may be a global one in the other.
        var globals = _globals || (_functions > 1 ? _assigned.Count > 0 : _assigned.Exists(name => !_own.Contains(name)));
        return new SourceTraits(_closed && isComplete && _ends == 1, _objects || (_computes && _calls), globals);
    }

    private void ReadWord(in SourceToken token)
    {
        var word = Encoding.UTF8.GetString(source.AsSpan(token.Start..token.End));
        if (_mutating.Contains(word) || word.Contains('\\'))
        {
            _objects = true;
        }

        _calls |= Callers.Contains(word);
        if (word == "function")
        {
            _functions++;
        }
        else if (_last.IsWord(source, "var"u8) || (_declares && _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)',' }))
        {
            _own.Add(word);
        }
        else if (word is "let" or "const")
        {
            // They hold in a block only: a name that is theirs there may be global elsewhere.
            _globals = true;
        }

        if (word == "var")
        {
            _declares = true;
        }

        if (IsPrefix(_last))
        {
            _assigned.Add(word);
        }
    }

    private static bool IsPrefix(in SourceToken token) =>
        token is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'+' or (byte)'-' } && token.End - token.Start == 2;

    private void ReadPunctuator(in SourceToken token)
    {
        var text = source.AsSpan(token.Start..token.End);
        if (token.Depth == 0 && token.Symbol == '}')
        {
            _ends++;
        }

        if (token.Symbol is (byte)';' or (byte)'{' or (byte)'}')
        {
            _declares = false;
        }

        if (text.SequenceEqual("=>"u8))
        {
            _functions++;
        }
        else if ((text[^1] == '=' && !IsComparison(text)) || IsPrefix(token))
        {
            Assign(text[^1] != '=');
        }
        else if (token.Symbol == '(' && _last.Kind is SourceTokenKind.Word or SourceTokenKind.Keyword
            && _beforeLast is not { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'.' }
            && !Harmless.Contains(Encoding.UTF8.GetString(source.AsSpan(_last.Start.._last.End))))
        {
            _objects = true;
        }
        else if (token.Symbol is (byte)'(' or (byte)'?' && _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)']' })
        {
            // A method that is named only at run time.
            _objects = true;
        }
        else if (token.Symbol is (byte)'.' or (byte)'[' && IsPrefix(_beforeLast))
        {
            _objects = true;
        }
    }

    private void Assign(bool isStep)
    {
        if (_last.Kind == SourceTokenKind.Word)
        {
            if (_beforeLast is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'.' } || _beforeLast is { Symbol: (byte)'?' })
            {
                _objects = true;
            }
            else
            {
                _assigned.Add(Encoding.UTF8.GetString(source.AsSpan(_last.Start.._last.End)));
            }
        }
        else if (!isStep || _last is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)']' or (byte)')' })
        {
            // Members by computed names, and patterns.
            _objects = true;
        }
    }

    private static bool IsComparison(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("=="u8) || text.SequenceEqual("==="u8) || text.SequenceEqual("!="u8) || text.SequenceEqual("!=="u8)
        || text.SequenceEqual("<="u8) || text.SequenceEqual(">="u8);
}
