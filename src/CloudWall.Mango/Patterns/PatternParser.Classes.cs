namespace CloudWall.Mango.Patterns;

/// <content>Classes of bytes in brackets.</content>
internal sealed partial class PatternParser
{
    private PatternNode ReadClass()
    {
        if (PosixLength(Next - 1) > 0)
        {
            throw Refuse("POSIX named classes are supported only within a class");
        }

        if (Take("[:<:]]"))
        {
            return WordEdge(isBehind: false);
        }

        if (Take("[:>:]]"))
        {
            return WordEdge(isBehind: true);
        }

        var isNegative = Take("^");
        var set = default(ByteSet);
        for (var isFirst = true; isFirst || Current != ']'; isFirst = false)
        {
            if (IsAtEnd)
            {
                throw Refuse("missing terminating ] for character class");
            }

            set |= ReadClassItem();
        }

        Next++;
        set = Options.IgnoresCase ? ByteClasses.IgnoreCase(set) : set;
        return new PatternNode.Set(isNegative ? ~set : set);
    }

    /// <summary>The beginning or the end of a word.</summary>
    private static PatternNode.Sequence WordEdge(bool isBehind) => new(
    [
        new PatternNode.Assertion(Place.WordBoundary),
        new PatternNode.Look(new PatternNode.Set(ByteClasses.Word), isBehind, IsNegative: false),
    ]);

}
