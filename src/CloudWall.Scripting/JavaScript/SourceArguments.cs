using System.Text;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// Finds out which members of its arguments a function can see. It knows the few forms in which a parameter is certainly used for nothing
/// but one of its members, or for whether it is there; any other mention may hand the whole argument on. What else reaches arguments (such
/// as <c>arguments</c>, <c>eval</c>, or a getter that is made for all objects) takes names of the language that change objects, or names
/// that only the run knows: where there are such, all is seen.
/// </summary>
internal sealed class SourceArguments
{
    /// <summary>Members that objects have without being given them: as a call, each sees the whole object.</summary>
    public static readonly IReadOnlySet<string> OfAllObjects = new HashSet<string>(StringComparer.Ordinal)
    {
        "constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "__proto__",
        "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
    };

    /// <summary>Parameters, and members of them, that are told apart. Functions that people write have fewer.</summary>
    private const int MostNames = 1000;

    private readonly byte[] _source;
    private readonly List<SourceToken> _tokens = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    private SourceArguments(byte[] source) => _source = source;

    /// <summary>What a function sees of each of its parameters; null where all of every argument may be seen.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="most">A longer text is not read.</param>
    public static SourceArguments? Read(string text, int most = SourceText.MostRead)
    {
        if (text.Length > most)
        {
            return null;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var found = new SourceArguments(source);
        var tokens = new SourceTokens(source);
        var traits = new SourceReader(source);
        while (tokens.Next(out var token))
        {
            traits.Read(token);
            found._tokens.Add(token);
        }

        var described = traits.Finish(tokens.IsComplete);
        if (!described.IsClosed || (described.MayKeepState && found.ReachesObjects()) || found.ReadParameters() is not { } body)
        {
            return null;
        }

        if (!found.TryReadMembers(body))
        {
            return null;
        }

        found.MayProvide = found._tokens.Exists(token => token.IsWord(source, "provides"u8));
        return found;
    }

    /// <summary>What is seen of each parameter, in their order.</summary>
    public IReadOnlyList<SeenMembers> Seen { get; private set; } = [];

    /// <summary>Whether the function may offer several types, of which the request decides.</summary>
    public bool MayProvide { get; private set; }

    /// <summary>What is seen of an argument.</summary>
    public SeenMembers Of(int argument) => argument < Seen.Count ? Seen[argument] : SeenMembers.None;

    private SourceToken At(int index) => index >= 0 && index < _tokens.Count ? _tokens[index] : default;

    private ReadOnlySpan<byte> Span(int index) => At(index) is var token ? _source.AsSpan(token.Start..token.End) : default;

    private string Text(int index) => Encoding.UTF8.GetString(Span(index));

    private bool Is(int index, ReadOnlySpan<byte> text) => At(index).Kind == SourceTokenKind.Punctuator && Span(index).SequenceEqual(text);

    private bool IsKeyword(int index, ReadOnlySpan<byte> text) =>
        At(index).Kind == SourceTokenKind.Keyword && Span(index).SequenceEqual(text);

    private static bool IsPlain(ReadOnlySpan<byte> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'_' or (byte)'$'))
            {
                return false;
            }
        }

        return !name.IsEmpty;
    }

    /// <summary>
    /// Whether the function names something of the language by which objects, or other functions' arguments, can be reached or changed, or
    /// may do so by a name that only the run knows. To write to members of any other name shows nothing of an argument.
    /// </summary>
    private bool ReachesObjects()
    {
        // Of the brackets so far, those before which the last one that is less deep is also the last of those here.
        var open = new Stack<SourceToken>();
        for (var i = 0; i < _tokens.Count; i++)
        {
            var reaches = At(i).Kind switch
            {
                SourceTokenKind.Word => !IsPlain(Span(i)) || SourceNames.Of(Text(i)) == SourceName.Changing,
                SourceTokenKind.Keyword => Text(i) is "with" or "yield" or "await" or "async" or "export" or "extends",
                SourceTokenKind.Value => At(i).Symbol == 0 && _source[At(i).Start] is (byte)'"' or (byte)'\'' && IsReachingKey(i),
                _ => Is(i, "["u8) && IsComputed(i, open),
            };
            if (reaches)
            {
                return true;
            }

            if (At(i) is { Kind: SourceTokenKind.Punctuator, Symbol: (byte)'(' or (byte)'[' or (byte)'{' } bracket)
            {
                Leave(open, bracket.Depth);
                open.Push(bracket);
            }
        }

        return false;
    }

    private bool IsReachingKey(int index)
    {
        var content = Span(index)[1..^1];
        return SourceNames.Of(Encoding.UTF8.GetString(content)) == SourceName.Changing
            || (content.Contains((byte)'\\') && (Is(index + 1, "]"u8) || Is(index + 1, ":"u8) || Is(index + 1, "("u8)));
    }

    /// <summary>Whether a bracket may hold the name of a member, other than a number or a string.</summary>
    private bool IsComputed(int index, Stack<SourceToken> open)
    {
        var before = At(index - 1);
        var isList = before.Kind switch
        {
            SourceTokenKind.None => true,
            SourceTokenKind.Keyword => SourceTokens.BeginsExpression(Span(index - 1)),

            // In an object that is made here, or taken apart, a name may stand after a curly bracket or a comma.
            SourceTokenKind.Punctuator => before.Symbol is not ((byte)')' or (byte)']' or (byte)'}' or (byte)'.' or (byte)'{')
                && (before.Symbol != ',' || !IsInBraces(index, open)),
            _ => false,
        };
        return !isList && (At(index + 1) is not { Kind: SourceTokenKind.Value, Symbol: 0 } || !Is(index + 2, "]"u8));
    }

    /// <summary>Whether the last bracket before that is less deep is a curly one.</summary>
    private bool IsInBraces(int index, Stack<SourceToken> open)
    {
        Leave(open, At(index).Depth);
        return open.TryPeek(out var bracket) && bracket.Symbol == '{';
    }

    private static void Leave(Stack<SourceToken> open, int depth)
    {
        while (open.TryPeek(out var bracket) && bracket.Depth >= depth)
        {
            open.Pop();
        }
    }

    /// <summary>Reads the parameters, if they are plain names.</summary>
    /// <returns>The first token after them; null where they are something else.</returns>
    private int? ReadParameters()
    {
        var i = Is(0, "("u8) && (At(1).IsWord(_source, "function"u8) || Is(1, "("u8) || Is(2, "=>"u8)) ? 1 : 0;
        var isFunction = At(i).IsWord(_source, "function"u8);
        if (isFunction)
        {
            i += At(i + 1).Kind == SourceTokenKind.Word ? 2 : 1;
        }
        else if (At(i).Kind == SourceTokenKind.Word)
        {
            return TryAdd(i) && Is(i + 1, "=>"u8) ? i + 1 : null;
        }

        if (!Is(i++, "("u8))
        {
            return null;
        }

        while (!Is(i, ")"u8))
        {
            if ((_names.Count > 0 && !Is(i++, ","u8)) || !TryAdd(i++))
            {
                return null;
            }
        }

        return isFunction || Is(i + 1, "=>"u8) ? i + 1 : null;
    }

    private bool TryAdd(int index)
    {
        return At(index).Kind == SourceTokenKind.Word && IsPlain(Span(index)) && _names.Count < MostNames
            && _names.TryAdd(Text(index), _names.Count);
    }

    /// <summary>Reads which members are taken of the parameters, in one pass.</summary>
    /// <returns>False where they are too many.</returns>
    private bool TryReadMembers(int body)
    {
        var members = new HashSet<string>?[_names.Count];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = new HashSet<string>(StringComparer.Ordinal);
        }

        var count = 0;
        for (var i = body; i < _tokens.Count; i++)
        {
            if (At(i).Kind != SourceTokenKind.Word || !_names.TryGetValue(Text(i), out var parameter)
                || members[parameter] is not { } seen || IsMember(i) || IsOnlyAsked(i))
            {
                continue;
            }

            if (MemberOf(i) is not { } member || OfAllObjects.Contains(member) || IsCalled(i))
            {
                members[parameter] = null;
            }
            else if (seen.Add(member) && ++count > MostNames)
            {
                return false;
            }
        }

        Seen = [.. members.Select(static names => names is null ? SeenMembers.All : SeenMembers.Of(names))];
        return true;
    }

    /// <summary>Whether the word is the name of a member.</summary>
    private bool IsMember(int index) => At(index - 1).IsPoint;

    /// <summary>The member that is taken of the name.</summary>
    private string? MemberOf(int index)
    {
        if (Is(index + 1, "."u8))
        {
            return At(index + 2).Kind == SourceTokenKind.Word && IsPlain(Span(index + 2)) ? Text(index + 2) : null;
        }

        return Is(index + 1, "["u8) && Is(index + 3, "]"u8) && At(index + 2) is { Kind: SourceTokenKind.Value, Symbol: 0 }
            && Span(index + 2) is [(byte)'"' or (byte)'\'', .., _] text && IsPlain(text[1..^1])
            ? Encoding.UTF8.GetString(text[1..^1])
            : null;
    }

    /// <summary>
    /// Whether the member that is taken of the name may be called: a function that was put there sees the whole object. Brackets around the
    /// member make no difference.
    /// </summary>
    private bool IsCalled(int index)
    {
        var end = index + (Is(index + 1, "."u8) ? 3 : 4);
        while (Is(end, ")"u8))
        {
            end++;
        }

        return Is(end, "("u8) || (Is(end, "?"u8) && Is(end + 1, "."u8) && Is(end + 2, "("u8))
            || (At(end) is { Kind: SourceTokenKind.Value, Symbol: (byte)'`' } template && _source[template.Start] == '`');
    }

    /// <summary>Whether the name stands where it is only asked whether it is there; the object itself goes nowhere.</summary>
    private bool IsOnlyAsked(int index)
    {
        var isEnd = Is(index + 1, ")"u8) || Is(index + 1, ";"u8) || Is(index + 1, ","u8) || Is(index + 1, "}"u8);
        var isCondition = Is(index + 1, "&&"u8) || (Is(index + 1, "?"u8) && !Is(index + 2, "."u8));
        if (Is(index - 1, "!"u8))
        {
            return isEnd || isCondition || Is(index + 1, "||"u8);
        }

        // What comes before must not take the name for a part of a value.
        var begins = Is(index - 1, "("u8) || Is(index - 1, "&&"u8) || Is(index - 1, "||"u8) || Is(index - 1, "{"u8) || Is(index - 1, "}"u8)
            || Is(index - 1, ";"u8) || Is(index - 1, "="u8) || Is(index - 1, "=>"u8) || IsKeyword(index - 1, "return"u8);
        return begins
            && (isCondition
                || ((Is(index + 1, "==="u8) || Is(index + 1, "!=="u8) || Is(index + 1, "=="u8) || Is(index + 1, "!="u8))
                    && At(index + 2).IsWord(_source, "null"u8))
                || (Is(index - 1, "("u8) && Is(index + 1, ")"u8) && (IsKeyword(index - 2, "if"u8) || IsKeyword(index - 2, "while"u8))));
    }
}
