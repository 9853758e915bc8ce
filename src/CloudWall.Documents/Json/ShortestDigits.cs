using System.Globalization;
using System.Numerics;

namespace CloudWall.Documents.Json;

/// <summary>
/// Finds the fewest decimal digits that identify a double, and among these the nearest. The framework's algorithm fails for some powers of
/// two, where the spacing of doubles changes: its digits may then identify a neighbour.
/// </summary>
internal static class ShortestDigits
{
    private const int MantissaBits = 52;

    /// <summary>Writes the digits of a positive double, without leading or trailing zeros.</summary>
    /// <param name="value">The double.</param>
    /// <param name="digits">Room for 32 digits.</param>
    /// <param name="count">The number of digits written.</param>
    /// <returns>
    /// The position of the decimal point: the number of digits before it. It may be negative or exceed the number of digits.
    /// </returns>
    public static int Write(double value, Span<byte> digits, out int count)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var mantissa = bits & ((1UL << MantissaBits) - 1);
        var exponent = (int)(bits >> MantissaBits);
        return mantissa == 0 && exponent > 1
            ? WritePowerOfTwo(exponent - 1023, digits, out count)
            : WriteAny(value, digits, out count);
    }

    private static int WriteAny(double value, Span<byte> digits, out int count)
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        text = text[..length];
        var mark = text.IndexOf((byte)'E');
        var exponent = 0;
        if (mark >= 0)
        {
            exponent = int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }

        var point = -1;
        var zeros = 0;
        count = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                point = count + zeros;
            }
            else if (c == '0' && count == 0)
            {
                zeros++;
            }
            else
            {
                digits[count++] = c;
            }
        }

        point = (point < 0 ? count + zeros : point) + exponent - zeros;
        count = digits[..count].TrimEnd((byte)'0').Length;
        return point;
    }

    /// <summary>
    /// Steele and White's algorithm in integers. The value and the distances to the midpoints between it and its neighbours have one
    /// denominator; digits are generated until the remainder is within a distance. A midpoint itself rounds to the power of two, whose last
    /// bit is even.
    /// </summary>
    private static int WritePowerOfTwo(int power, Span<byte> digits, out int count)
    {
        var shift = Math.Max(0, MantissaBits + 2 - power);
        var rest = BigInteger.One << (power + shift);
        var denominator = BigInteger.One << shift;
        var below = BigInteger.One << (power - MantissaBits - 2 + shift);
        var above = below * 2;

        var point = (int)Math.Floor(power * Math.Log10(2));
        if (point >= 0)
        {
            denominator *= BigInteger.Pow(10, point);
        }
        else
        {
            var scale = BigInteger.Pow(10, -point);
            rest *= scale;
            below *= scale;
            above *= scale;
        }

        // The estimate is the position of the first digit or one less.
        while (rest + above >= denominator)
        {
            denominator *= 10;
            point++;
        }

        count = 0;
        while (true)
        {
            rest *= 10;
            below *= 10;
            above *= 10;
            var digit = (int)BigInteger.DivRem(rest, denominator, out rest);
            var low = rest <= below;
            var high = rest + above >= denominator;
            if (low || high)
            {
                // If rounding down and up are both valid, take the nearer, or the even digit in a tie.
                var half = (rest * 2).CompareTo(denominator);
                var up = high && (!low || half > 0 || (half == 0 && digit % 2 == 1));
                digits[count++] = (byte)('0' + digit + (up ? 1 : 0));
                return point;
            }

            digits[count++] = (byte)('0' + digit);
        }
    }
}
