namespace CloudWall.Mango.Patterns;

/// <summary>
/// Reads a regular expression as PCRE 8 does without options: over bytes, so that a character beyond ASCII is several.
/// (PCRE's documentation: "pcrepattern".) Some rare forms are refused that PCRE takes: another meaning of newlines, and UTF mode.
/// </summary>
internal sealed partial class PatternParser : PatternReader
{
    /// <summary>How deep groups may be nested, as in PCRE.</summary>
    private const int MostGroups = 250;

    private readonly List<Frame> _open = [];
    private readonly Dictionary<string, List<int>> _names = new(StringComparer.Ordinal);
    private readonly List<GroupName> _references = [];
    private int _groups;
    private int _depth;

    private PatternParser(ReadOnlySpan<byte> text)
        : base(text)
    {
    }

    /// <summary>Reads a pattern.</summary>
    /// <returns>Null where PCRE would refuse it.</returns>
    public static ParsedPattern? Parse(ReadOnlySpan<byte> text)
    {
        var parser = new PatternParser(text);
        try
        {
            parser.ReadLeadingVerbs();
            var body = parser.ReadAlternatives(new Frame(0));
            if (!parser.IsAtEnd)
            {
                return null;
            }

            parser.CheckReferences();
            LookBehind.Check(body, parser._names);
            return new ParsedPattern(body, parser._groups, parser._names);
        }
        catch (PatternException)
        {
            return null;
        }
    }

    private void ReadLeadingVerbs()
    {
        while (Take("(*NO_START_OPT)") || Take("(*NO_AUTO_POSSESS)") || Take("(*LF)"))
        {
        }
    }

    /// <summary>Reads branches up to a closing parenthesis or the end.</summary>
    private PatternNode ReadAlternatives(Frame frame, bool sharesNumbers = false)
    {
        if (++_depth > MostGroups + 1)
        {
            throw Refuse("parentheses are too deeply nested");
        }

        _open.Add(frame);
        var before = Options;
        var first = _groups;
        var most = _groups;
        var branches = new List<PatternNode>();
        do
        {
            _groups = sharesNumbers ? first : _groups;
            frame.Items.Clear();
            ReadBranch(frame.Items);
            branches.Add(frame.Items.Count == 1 ? frame.Items[0] : new PatternNode.Sequence([.. frame.Items]));
            most = Math.Max(most, _groups);
        }
        while (Take("|"));

        _groups = most;
        Options = before;
        _open.RemoveAt(_open.Count - 1);
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Alternatives(branches);
    }

    private void ReadBranch(List<PatternNode> items)
    {
        while (!IsAtEnd && Current is not ('|' or ')'))
        {
            if (SkipsComment())
            {
                continue;
            }

            var item = ReadItem(out var mayRepeat);
            SkipComments();
            while (ReadQuantifier() is var (least, most, greed))
            {
                if (item is null || !mayRepeat)
                {
                    throw Refuse("nothing to repeat");
                }

                item = Repeat(item, least, most, greed);
                mayRepeat = false;
                SkipComments();
            }

            if (item is not null)
            {
                items.Add(item);
            }
        }
    }

    private static PatternNode.Repeat Repeat(PatternNode item, int least, int most, Greed greed) => item is PatternNode.Look
        ? new PatternNode.Repeat(item, Math.Min(least, 1), Math.Min(most, 1), greed)
        : new PatternNode.Repeat(item, least, most, greed);

    private void SkipComments()
    {
        while (SkipsComment())
        {
        }
    }

    private bool SkipsComment()
    {
        if (Take("(?#"))
        {
            var end = Text.AsSpan(Next).IndexOf(')');
            Next += end < 0 ? throw Refuse("missing ) after comment") : end + 1;
            return true;
        }

        if (!Options.Extended)
        {
            return false;
        }

        if (Current == '#')
        {
            var end = Text.AsSpan(Next).IndexOf('\n');
            Next = end < 0 ? Text.Length : Next + end + 1;
            return true;
        }

        if (Current is >= 0 and < Quoted && ByteClasses.Space.Contains(Current))
        {
            Next++;
            return true;
        }

        return false;
    }

    /// <summary>Reads the next part; null where it is only an option or the like.</summary>
    private PatternNode? ReadItem(out bool mayRepeat)
    {
        mayRepeat = true;
        var first = Text[Next++];
        switch (first)
        {
            case '^':
                mayRepeat = false;
                return new PatternNode.Assertion(Options.Multiline ? Place.LineStart : Place.Start);
            case '$':
                mayRepeat = false;
                return new PatternNode.Assertion(Options.Multiline ? Place.LineEnd : Place.LastLineEnd);
            case '.':
                return new PatternNode.Set(Options.DotAll ? ByteSet.All : ByteClasses.NotNewline);
            case '[':
                return ReadClass();
            case '(':
                return ReadGroup(out mayRepeat);
            case '\\':
                return ReadEscape(out mayRepeat);
            case '*' or '+' or '?':
                throw Refuse("nothing to repeat");
            case '{' when IsCount(Next - 1):
                throw Refuse("nothing to repeat");
            default:
                return Literal(first);
        }
    }

    private PatternNode.Set Literal(int value)
    {
        var set = ByteSet.Of(value & ~Quoted);
        return new(Options.IgnoresCase ? ByteClasses.IgnoreCase(set) : set);
    }

    private (int Least, int Most, Greed Greed)? ReadQuantifier()
    {
        var (least, most) = (0, int.MaxValue);
        switch (Current)
        {
            case '*':
                Next++;
                break;
            case '+':
                Next++;
                least = 1;
                break;
            case '?':
                Next++;
                most = 1;
                break;
            case '{' when IsCount(Next):
                Next++;
                least = ReadNumber();
                most = !Take(",") ? least : Current == '}' ? int.MaxValue : ReadNumber();
                Next++;
                if (most < least)
                {
                    throw Refuse("numbers out of order in {} quantifier");
                }

                break;
            default:
                return null;
        }

        var greed = Take("+") ? Greed.Possessive
            : Take("?") != Options.IsLazy ? Greed.Lazy
            : Greed.Greedy;
        return (least, most, greed);
    }

    private void CheckReferences()
    {
        foreach (var reference in _references)
        {
            if (reference.Name is { } name ? !_names.ContainsKey(name) : reference.Number > _groups)
            {
                throw Refuse("reference to non-existent subpattern");
            }
        }
    }

    /// <summary>A group that is being read.</summary>
    /// <param name="Number">Its number; -1 where it does not capture.</param>
    private sealed record Frame(int Number)
    {
        /// <summary>What its present branch has so far.</summary>
        public List<PatternNode> Items { get; } = [];
    }
}
