namespace CloudWall.Mango.Matching;

/// <summary><c>$or</c>.</summary>
internal sealed class AnyOf(Condition[] conditions) : Condition
{
    public override Verdict Decide(in MatchFrame frame)
    {
        foreach (var condition in conditions)
        {
            if (condition.Decide(frame) is var verdict and not Verdict.No)
            {
                return verdict;
            }
        }

        return Verdict.No;
    }
}
