namespace CloudWall.Mango.Matching;

/// <summary><c>$type</c>.</summary>
internal sealed class OfType(string name) : ValueCondition
{
    public override Verdict Decide(ReadOnlySpan<byte> value) => Of(name == NameOf(value[0]));

    private static string NameOf(byte first) => first switch
    {
        (byte)'n' => "null",
        (byte)'t' or (byte)'f' => "boolean",
        (byte)'"' => "string",
        (byte)'{' => "object",
        (byte)'[' => "array",
        _ => "number",
    };
}
