namespace CloudWall.Mango.Matching;

/// <summary>A condition on a value with fields.</summary>
internal abstract class Condition
{
    /// <summary>Decides about a value.</summary>
    public abstract Verdict Decide(in MatchFrame frame);
}
