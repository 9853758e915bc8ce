namespace CloudWall.Mango.Patterns;

/// <summary>What a part of a pattern can take: look-behinds need to know it exactly.</summary>
internal static class LookBehind
{
    /// <summary>Checks that all branches of look-behinds have a fixed length.</summary>
    /// <exception cref="PatternException">One has not.</exception>
    public static void Check(PatternNode node, IReadOnlyDictionary<string, List<int>> names)
    {
        if (node is PatternNode.Look { IsBehind: true } look)
        {
            foreach (var branch in BranchesOf(look))
            {
                LengthOf(branch);
            }
        }

        foreach (var child in ChildrenOf(node))
        {
            Check(child, names);
        }
    }

    /// <summary>The branches, each with a length of its own.</summary>
    public static IReadOnlyList<PatternNode> BranchesOf(PatternNode.Look look) =>
        look.Body is PatternNode.Alternatives several ? several.Branches : [look.Body];

    /// <summary>The number of bytes that a part takes.</summary>
    /// <exception cref="PatternException">It may take several numbers.</exception>
    public static int LengthOf(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set:
                return 1;
            case PatternNode.Sequence sequence:
                return checked(sequence.Items.Sum(LengthOf));
            case PatternNode.Alternatives alternatives:
                var lengths = alternatives.Branches.Select(LengthOf).Distinct().ToList();
                return lengths.Count == 1 ? lengths[0] : throw NotFixed();
            case PatternNode.Capture capture:
                return LengthOf(capture.Body);
            case PatternNode.Atomic { Body: PatternNode.Alternatives { Branches: [PatternNode.Sequence, ..] } }:
                throw NotFixed();
            case PatternNode.Atomic atomic:
                return LengthOf(atomic.Body);
            case PatternNode.Repeat repeat:
                return repeat.Least == repeat.Most ? checked(repeat.Least * LengthOf(repeat.Body)) : throw NotFixed();
            case PatternNode.Conditional conditional:
                var yes = LengthOf(conditional.Yes);
                return yes == LengthOf(conditional.No) ? yes : throw NotFixed();
            case PatternNode.Look or PatternNode.Assertion or PatternNode.Verb:
                return 0;
            default:
                throw NotFixed();
        }
    }

    /// <summary>Whether a part may take nothing.</summary>
    public static bool MayBeEmpty(PatternNode node) => node switch
    {
        PatternNode.Set => false,
        PatternNode.Sequence sequence => sequence.Items.All(MayBeEmpty),
        PatternNode.Alternatives alternatives => alternatives.Branches.Any(MayBeEmpty),
        PatternNode.Capture capture => MayBeEmpty(capture.Body),
        PatternNode.Atomic atomic => MayBeEmpty(atomic.Body),
        PatternNode.Repeat repeat => repeat.Least == 0 || MayBeEmpty(repeat.Body),
        PatternNode.Conditional conditional => MayBeEmpty(conditional.Yes) || MayBeEmpty(conditional.No),
        _ => true,
    };

    /// <summary>The parts of a part.</summary>
    public static IEnumerable<PatternNode> ChildrenOf(PatternNode node) => node switch
    {
        PatternNode.Sequence sequence => sequence.Items,
        PatternNode.Alternatives alternatives => alternatives.Branches,
        PatternNode.Capture capture => [capture.Body],
        PatternNode.Atomic atomic => [atomic.Body],
        PatternNode.Repeat repeat => [repeat.Body],
        PatternNode.Look look => [look.Body],
        PatternNode.Conditional { Test: { } test } conditional => [test, conditional.Yes, conditional.No],
        PatternNode.Conditional conditional => [conditional.Yes, conditional.No],
        _ => [],
    };

    private static PatternException NotFixed() => new("lookbehind assertion is not fixed length");
}
