namespace CloudWall.Mango.Matching;

/// <summary>A condition on a single value.</summary>
internal abstract class ValueCondition
{
    /// <summary>Decides about a value.</summary>
    /// <param name="value">The value in normal form.</param>
    public abstract Verdict Decide(ReadOnlySpan<byte> value);

    /// <summary>A truth as a verdict.</summary>
    protected static Verdict Of(bool matches) => matches ? Verdict.Yes : Verdict.No;
}
