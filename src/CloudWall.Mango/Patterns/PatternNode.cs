namespace CloudWall.Mango.Patterns;

/// <summary>A part of a parsed pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One byte of a set.</summary>
    public sealed record Set(ByteSet Bytes) : PatternNode;

    /// <summary>Parts one after the other.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Items) : PatternNode;

    /// <summary>The first part that leads to a match.</summary>
    public sealed record Alternatives(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <summary>A group that captures.</summary>
    public sealed record Capture(int Number, PatternNode Body) : PatternNode;

    /// <summary>A part of which only the first match counts (<c>(?>…)</c>).</summary>
    public sealed record Atomic(PatternNode Body) : PatternNode;

    /// <summary>A part that is to match, or not, after or before a position.</summary>
    public sealed record Look(PatternNode Body, bool IsBehind, bool IsNegative) : PatternNode;

    /// <summary>A part several times.</summary>
    public sealed record Repeat(PatternNode Body, int Least, int Most, Greed Greed) : PatternNode;

    /// <summary>What a group has captured; the first of several that are set.</summary>
    public sealed record Back(GroupName Group, bool IgnoresCase) : PatternNode;

    /// <summary>A group as a subroutine.</summary>
    public sealed record Call(GroupName Group) : PatternNode;

    /// <summary>Either of two parts.</summary>
    public sealed record Conditional(Choice Choice, GroupName Group, Look? Test, PatternNode Yes, PatternNode No) : PatternNode;

    /// <summary>A condition on a position.</summary>
    public sealed record Assertion(Place Place) : PatternNode;

    /// <summary>A command to the search.</summary>
    public sealed record Verb(Command Command) : PatternNode;
}
