namespace CloudWall.Mango.Matching;

/// <summary><c>$and</c>. Nothing matches, too.</summary>
internal sealed class AllOf(Condition[] conditions) : Condition
{
    public override Verdict Decide(in MatchFrame frame)
    {
        foreach (var condition in conditions)
        {
            if (condition.Decide(frame) is var verdict and not Verdict.Yes)
            {
                return verdict;
            }
        }

        return Verdict.Yes;
    }
}
