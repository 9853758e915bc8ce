namespace CloudWall.Mango.Matching;

/// <summary><c>$not</c> of an operator that has no opposite.</summary>
internal sealed class NotValue(ValueCondition condition) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => condition.Decide(value) switch
    {
        Verdict.Yes => Verdict.No,
        Verdict.No => Verdict.Yes,
        _ => Verdict.Fault,
    };
}
