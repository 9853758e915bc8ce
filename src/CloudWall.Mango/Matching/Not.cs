namespace CloudWall.Mango.Matching;

/// <summary><c>$not</c>, where it could not be moved into its operand.</summary>
internal sealed class Not(Condition condition) : Condition
{
    public override Verdict Decide(in MatchFrame frame) => condition.Decide(frame) switch
    {
        Verdict.Yes => Verdict.No,
        Verdict.No => Verdict.Yes,
        _ => Verdict.Fault,
    };
}
