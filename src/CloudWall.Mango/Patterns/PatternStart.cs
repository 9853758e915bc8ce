namespace CloudWall.Mango.Patterns;

/// <summary>Where matches of a pattern can begin.</summary>
internal sealed class PatternStart
{
    private readonly bool[]? _first;

    /// <summary>Looks at a pattern.</summary>
    public PatternStart(PatternNode pattern)
    {
        IsAnchored = IsAnchoredAt(pattern);
        var (set, mayBeEmpty) = FirstOf(pattern);
        _first = mayBeEmpty ? null : set.ToTable();
    }

    /// <summary>Whether matches begin at the text's beginning alone.</summary>
    public bool IsAnchored { get; }

    /// <summary>The next position at which a match can begin; negative where there is none.</summary>
    public int Next(ReadOnlySpan<byte> text, int at)
    {
        if (_first is null)
        {
            return at;
        }

        for (; at < text.Length; at++)
        {
            if (_first[text[at]])
            {
                return at;
            }

            if (IsAnchored)
            {
                return -1;
            }
        }

        return -1;
    }

    private static bool IsAnchoredAt(PatternNode node) => node switch
    {
        PatternNode.Assertion assertion => assertion.Place == Place.Start,
        PatternNode.Sequence { Items: [var first, ..] } => IsAnchoredAt(first),
        PatternNode.Alternatives alternatives => alternatives.Branches.All(IsAnchoredAt),
        PatternNode.Capture capture => IsAnchoredAt(capture.Body),
        PatternNode.Atomic atomic => IsAnchoredAt(atomic.Body),
        _ => false,
    };

    private static (ByteSet Set, bool MayBeEmpty) FirstOf(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                return (set.Bytes, false);
            case PatternNode.Sequence sequence:
                var all = default(ByteSet);
                foreach (var item in sequence.Items)
                {
                    var (set, mayBeEmpty) = FirstOf(item);
                    all |= set;
                    if (!mayBeEmpty)
                    {
                        return (all, false);
                    }
                }

                return (all, true);
            case PatternNode.Alternatives alternatives:
                var branches = alternatives.Branches.Select(FirstOf).ToList();
                return (
                    branches.Aggregate(default(ByteSet), static (set, branch) => set | branch.Set),
                    branches.Exists(static branch => branch.MayBeEmpty));
            case PatternNode.Capture capture:
                return FirstOf(capture.Body);
            case PatternNode.Atomic atomic:
                return FirstOf(atomic.Body);
            case PatternNode.Repeat repeat:
                var (body, isEmpty) = FirstOf(repeat.Body);
                return (body, isEmpty || repeat.Least == 0);
            case PatternNode.Assertion or PatternNode.Look or PatternNode.Verb { Command: not Command.Accept }:
                return (default, true);
            default:
                return (ByteSet.All, true);
        }
    }
}
