namespace CloudWall.Mango.Matching;

/// <summary><c>$lt</c>, <c>$lte</c>, <c>$gte</c>, <c>$gt</c>.</summary>
/// <param name="comparand">What values are compared with.</param>
/// <param name="passes">Whether an order passes.</param>
internal sealed class Compared(Comparand comparand, Func<int, bool> passes) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => Of(passes(comparand.Compare(value)));
}
