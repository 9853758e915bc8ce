namespace CloudWall.Mango.Matching;

/// <summary><c>$allMatch</c>: an array that is not empty, of which all elements match.</summary>
internal sealed class AllElements(MatchProgram program) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value)
    {
        if (value[0] != '[' || value[1] == ']')
        {
            return Verdict.No;
        }

        for (var elements = new Elements(value); elements.MoveNext();)
        {
            if (program.Decide(elements.Current) != Verdict.Yes)
            {
                return Verdict.No;
            }
        }

        return Verdict.Yes;
    }
}
