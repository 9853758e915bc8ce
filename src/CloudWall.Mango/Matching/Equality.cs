namespace CloudWall.Mango.Matching;

/// <summary><c>$eq</c> and <c>$ne</c>.</summary>
/// <param name="comparand">What values are compared with.</param>
/// <param name="expected">Whether they are to be equal.</param>
internal sealed class Equality(Comparand comparand, bool expected) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => Of(comparand.IsEqualTo(value) == expected);
}
