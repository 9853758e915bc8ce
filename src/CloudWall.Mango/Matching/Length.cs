using System.Buffers.Text;

namespace CloudWall.Mango.Matching;

/// <summary><c>$size</c>: the number of elements of an array.</summary>
internal sealed class Length : ValueCondition
{
    private readonly long _expected;

    /// <summary>Reads the number, which may be any integer that is not negative.</summary>
    public Length(ReadOnlySpan<byte> number) =>
        _expected = Utf8Parser.TryParse(number, out long value, out var length) && length == number.Length ? value : -1;

    public override Verdict Decide(ReadOnlySpan<byte> value)
    {
        if (value[0] != '[')
        {
            return Verdict.No;
        }

        var count = 0L;
        for (var elements = new Elements(value); count <= _expected && elements.MoveNext();)
        {
            count++;
        }

        return Of(count == _expected);
    }
}
