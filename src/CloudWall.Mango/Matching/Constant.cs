namespace CloudWall.Mango.Matching;

/// <summary><c>$exists</c> of a value that is there.</summary>
internal sealed class Constant(bool matches) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => Of(matches);
}
