namespace CloudWall.Mango.Matching;

/// <summary><c>$elemMatch</c>: an array of which an element matches.</summary>
internal sealed class AnyElement(MatchProgram program) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value)
    {
        if (value[0] != '[')
        {
            return Verdict.No;
        }

        for (var elements = new Elements(value); elements.MoveNext();)
        {
            if (program.Decide(elements.Current) is var verdict and not Verdict.No)
            {
                return Of(verdict == Verdict.Yes);
            }
        }

        return Verdict.No;
    }
}
