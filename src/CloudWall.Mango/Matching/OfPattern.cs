using CloudWall.Mango.Patterns;

namespace CloudWall.Mango.Matching;

/// <summary><c>$regex</c>.</summary>
internal sealed class OfPattern(Pattern pattern) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => Of(value[0] == '"' && pattern.IsMatch(NormalScan.Decode(value)));
}
