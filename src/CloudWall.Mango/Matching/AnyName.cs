namespace CloudWall.Mango.Matching;

/// <summary><c>$keyMapMatch</c>: an object of which a member's name matches.</summary>
internal sealed class AnyName(MatchProgram program) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value)
    {
        if (value[0] != '{')
        {
            return Verdict.No;
        }

        for (var names = new Elements(value); names.MoveNext();)
        {
            if (program.Decide(names.Current) is var verdict and not Verdict.No)
            {
                return Of(verdict == Verdict.Yes);
            }
        }

        return Verdict.No;
    }
}
