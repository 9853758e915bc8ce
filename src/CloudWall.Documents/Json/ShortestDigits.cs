using System.Globalization;
using System.Numerics;

namespace CloudWall.Documents.Json;

/// <summary>
/// The fewest decimal digits that tell a double from its neighbours, and of these the nearest. The framework finds them, but not
/// for all powers of two: below one of them the doubles lie closer than above, and there its digits may say another double.
/// </summary>
internal static class ShortestDigits
{
    private const int MantissaBits = 52;

    /// <summary>Writes the digits of a positive double, without zeros at either end.</summary>
    /// <param name="value">The double.</param>
    /// <param name="digits">Room for 32 digits.</param>
    /// <param name="count">How many digits were written.</param>
    /// <returns>How many of the digits are before the decimal point; it may be negative, or more than there are.</returns>
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
    /// Steele and White's way, in whole numbers: the value and the distances to the middles between it and its neighbours are
    /// all over one denominator, and digits are taken off until the rest is within a distance. A middle itself still reads as
    /// the power, whose last bit is even.
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

        // The estimate is the place of the first digit or the one before it.
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
                // Where both ends are right the nearer is taken, and the even one where they are equally near.
                var half = (rest * 2).CompareTo(denominator);
                var up = high && (!low || half > 0 || (half == 0 && digit % 2 == 1));
                digits[count++] = (byte)('0' + digit + (up ? 1 : 0));
                return point;
            }

            digits[count++] = (byte)('0' + digit);
        }
    }
}
