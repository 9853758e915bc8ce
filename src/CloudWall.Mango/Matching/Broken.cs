namespace CloudWall.Mango.Matching;

/// <summary>What CouchDB fails on.</summary>
internal sealed class Broken : Condition
{
    public override Verdict Decide(in MatchFrame frame) => Verdict.Fault;
}
