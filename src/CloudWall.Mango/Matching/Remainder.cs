using System.Globalization;
using System.Numerics;

namespace CloudWall.Mango.Matching;

/// <summary><c>$mod</c>: the remainder of an integer, which has the sign of the integer.</summary>
internal sealed class Remainder : ValueCondition
{
    private readonly BigInteger _divisor;
    private readonly BigInteger _remainder;

    /// <summary>Reads divisor and remainder.</summary>
    /// <param name="pair">An array of two integers.</param>
    public Remainder(ReadOnlySpan<byte> pair)
    {
        var numbers = new Elements(pair);
        numbers.MoveNext();
        _divisor = Read(numbers.Current);
        numbers.MoveNext();
        _remainder = Read(numbers.Current);
    }

    public override Verdict Decide(ReadOnlySpan<byte> value) =>
        !NormalScan.IsInteger(value) ? Verdict.No
        : _divisor.IsZero ? Verdict.Fault
        : Of(BigInteger.Remainder(Read(value), _divisor) == _remainder);

    private static BigInteger Read(ReadOnlySpan<byte> json) =>
        long.TryParse(json, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small)
        ? small
        : BigInteger.Parse(System.Text.Encoding.ASCII.GetString(json), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
