using System.Globalization;
using System.Numerics;

namespace CloudWall.Documents.Json;

/// <summary>
/// A number in a JSON text. Integers keep all digits. CouchDB's parser converts other numbers to a double in one of three ways, depending
/// on length and form. The results differ near zero and affect revision hashes, so all three ways are reproduced.
/// </summary>
internal readonly ref struct JsonNumber
{
    /// <summary>CouchDB converts shorter texts with the C library's strtod, which reports inexact results near zero.</summary>
    private const int ShortLength = 32;

    /// <summary>The maximum number of integer digits of a double.</summary>
    private const int MaxIntegerDigits = 309;

    private const double SmallestNormal = 2.2250738585072014e-308;

    private static readonly double[] PowersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private readonly int _fraction;
    private readonly int _exponent;

    private JsonNumber(int length, int fraction, int exponent)
    {
        Length = length;
        _fraction = fraction;
        _exponent = exponent;
    }

    /// <summary>The length in bytes.</summary>
    public int Length { get; }

    /// <summary>Scans the number at the beginning of a text.</summary>
    /// <exception cref="DocumentException">The text does not begin with a number.</exception>
    public static JsonNumber Scan(ReadOnlySpan<byte> json)
    {
        var i = At(json, 0) == '-' ? 1 : 0;
        var first = At(json, i);
        if (!IsDigit(first))
        {
            throw JsonErrors.Invalid();
        }

        i = first == '0' ? i + 1 : SkipDigits(json, i);
        var fraction = -1;
        if (At(json, i) == '.')
        {
            fraction = ++i;
            if (!IsDigit(At(json, i)))
            {
                throw JsonErrors.Invalid();
            }

            i = SkipDigits(json, i);
        }

        var exponent = -1;
        if (At(json, i) is (byte)'e' or (byte)'E')
        {
            exponent = ++i;
            var sign = At(json, i);
            if (sign is (byte)'+' or (byte)'-')
            {
                i++;
            }
            else if (!IsDigit(sign))
            {
                throw JsonErrors.Invalid();
            }

            // CouchDB's parser accepts an exponent that is only a sign.
            i = SkipDigits(json, i);
        }

        return new JsonNumber(i, fraction, exponent);
    }

    /// <summary>Writes the number in normal form. The buffer needs room for its length and 32 bytes.</summary>
    public void Write(ReadOnlySpan<byte> text, bool exact, byte[] body, ref int bodyLength)
    {
        if (_fraction < 0 && _exponent < 0)
        {
            bodyLength += CopyInteger(text, body.AsSpan(bodyLength));
        }
        else if (IsPlain(text))
        {
            text.CopyTo(body.AsSpan(bodyLength));
            bodyLength += text.Length;
        }
        else
        {
            bodyLength += FormatFloat(body.AsSpan(bodyLength), ParseFloat(text, exact));
        }
    }

    /// <summary>Writes the number in normal form and as a term. Each buffer needs room for the number's length and 32 bytes.</summary>
    public void Write(ReadOnlySpan<byte> text, bool exact, byte[] body, ref int bodyLength, byte[] term, ref int termLength)
    {
        if (_fraction < 0 && _exponent < 0)
        {
            bodyLength += CopyInteger(text, body.AsSpan(bodyLength));
            termLength += WriteInteger(text, term.AsSpan(termLength));
            return;
        }

        double value;
        if (IsPlain(text))
        {
            text.CopyTo(body.AsSpan(bodyLength));
            bodyLength += text.Length;
            value = ParsePlain(text);
        }
        else
        {
            value = ParseFloat(text, exact);
            bodyLength += FormatFloat(body.AsSpan(bodyLength), value);
        }

        termLength += ErlangTerm.WriteFloat(term.AsSpan(termLength), value);
    }

    /// <summary>Writes a double as CouchDB does: with the fewest digits that identify it, and always with a point or an exponent.</summary>
    /// <returns>The number of bytes written, at most 32.</returns>
    public static int FormatFloat(Span<byte> destination, double value)
    {
        if (value == 0)
        {
            "0.0"u8.CopyTo(destination);
            return 3;
        }

        Span<byte> digits = stackalloc byte[32];
        var point = ShortestDigits.Write(Math.Abs(value), digits, out var count);
        digits = digits[..count];
        var i = 0;
        if (value < 0)
        {
            destination[i++] = (byte)'-';
        }

        if (point is > -6 and <= 21)
        {
            if (point <= 0)
            {
                "0."u8.CopyTo(destination[i..]);
                i += 2;
                destination.Slice(i, -point).Fill((byte)'0');
                i += -point;
                digits.CopyTo(destination[i..]);
                return i + digits.Length;
            }

            var whole = Math.Min(point, digits.Length);
            digits[..whole].CopyTo(destination[i..]);
            i += whole;
            destination.Slice(i, point - whole).Fill((byte)'0');
            i += point - whole;
            destination[i++] = (byte)'.';
            if (whole == digits.Length)
            {
                destination[i++] = (byte)'0';
                return i;
            }

            digits[whole..].CopyTo(destination[i..]);
            return i + digits.Length - whole;
        }

        destination[i++] = digits[0];
        if (digits.Length > 1)
        {
            destination[i++] = (byte)'.';
            digits[1..].CopyTo(destination[i..]);
            i += digits.Length - 1;
        }

        destination[i++] = (byte)'e';
        if (point > 0)
        {
            destination[i++] = (byte)'+';
        }

        (point - 1).TryFormat(destination[i..], out var written, default, CultureInfo.InvariantCulture);
        return i + written;
    }

    /// <summary>Converts an integer beyond 64 bits to a double with Erlang's intermediate roundings.</summary>
    public static double ToDouble(BigInteger value)
    {
        var magnitude = BigInteger.Abs(value);
        var result = 0.0;
        for (var shift = (magnitude.GetByteCount(isUnsigned: true) + 7) / 8 * 64; shift > 0;)
        {
            shift -= 64;
            result = (result * 18446744073709551616.0) + (ulong)((magnitude >> shift) & ulong.MaxValue);
        }

        return value.Sign < 0 ? -result : result;
    }

    private static byte At(ReadOnlySpan<byte> json, int i) => (uint)i < (uint)json.Length ? json[i] : (byte)0;

    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    private static int SkipDigits(ReadOnlySpan<byte> json, int i)
    {
        while ((uint)i < (uint)json.Length && IsDigit(json[i]))
        {
            i++;
        }

        return i;
    }

    private static int CopyInteger(ReadOnlySpan<byte> text, Span<byte> body)
    {
        if (text.SequenceEqual("-0"u8))
        {
            text = text[1..];
        }

        text.CopyTo(body);
        return text.Length;
    }

    private static int WriteInteger(ReadOnlySpan<byte> text, Span<byte> term)
    {
        var negative = text[0] == '-';
        var digits = negative ? text[1..] : text;
        if (digits.Length <= 18)
        {
            var value = 0L;
            foreach (var c in digits)
            {
                value = (value * 10) + (c - '0');
            }

            return ErlangTerm.WriteInteger(term, negative ? -value : value);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small))
        {
            return ErlangTerm.WriteInteger(term, small);
        }

        var big = digits.Length <= MaxIntegerDigits ? ParseBig(text) : BigInteger.Zero;
        if (digits.Length > MaxIntegerDigits || double.IsInfinity(ToDouble(big)))
        {
            throw new DocumentException(JsonErrors.NumberOutOfRange);
        }

        return ErlangTerm.WriteInteger(term, big);
    }

    private static BigInteger ParseBig(ReadOnlySpan<byte> text)
    {
        var digits = text[0] == '-' ? text[1..] : text;
        var value = BigInteger.Zero;
        while (digits.Length > 0)
        {
            var some = digits[..Math.Min(18, digits.Length)];
            value = (value * BigInteger.Pow(10, some.Length)) + long.Parse(some, NumberStyles.None, CultureInfo.InvariantCulture);
            digits = digits[some.Length..];
        }

        return text[0] == '-' ? -value : value;
    }

    /// <summary>
    /// Whether the text is already in printed form: few enough digits to identify the double, no superfluous ones, and a magnitude that is
    /// printed without an exponent.
    /// </summary>
    private bool IsPlain(ReadOnlySpan<byte> text)
    {
        if (_exponent >= 0 || text.Length > 17)
        {
            return false;
        }

        var start = text[0] == '-' ? 1 : 0;
        var decimals = text.Length - _fraction;
        if (_fraction - 1 - start + decimals > 15 || (text[^1] == '0' && decimals > 1))
        {
            return false;
        }

        // 0.00012 is 12 times 1e-5, and below 1e-6 the printed form has an exponent. Zero is excluded because of its sign.
        return text[start] != '0' || text.Slice(_fraction, Math.Min(decimals, 6)).ContainsAnyExcept((byte)'0');
    }

    /// <summary>Fifteen digits and the power of ten are exact doubles, so their quotient is correctly rounded.</summary>
    private double ParsePlain(ReadOnlySpan<byte> text)
    {
        var digits = 0L;
        foreach (var c in text)
        {
            if (IsDigit(c))
            {
                digits = (digits * 10) + (c - '0');
            }
        }

        var value = digits / PowersOfTen[text.Length - _fraction];
        return text[0] == '-' ? -value : value;
    }

    private double ParseFloat(ReadOnlySpan<byte> text, bool exact)
    {
        if (exact)
        {
            return Parse(text);
        }

        var onlySign = _exponent == text.Length - 1 && !IsDigit(text[^1]);
        if (text.Length < ShortLength)
        {
            var value = Parse(onlySign ? text[..(_exponent - 1)] : text);
            var tiny = Math.Abs(value) < SmallestNormal && (value != 0 || Mantissa(text).ContainsAnyInRange((byte)'1', (byte)'9'));
            if (!tiny && !double.IsInfinity(value))
            {
                return value;
            }
        }

        if (onlySign)
        {
            throw JsonErrors.Invalid();
        }

        var result = _fraction >= 0 ? Parse(text) : Scale(text);
        return double.IsFinite(result) ? result : throw JsonErrors.Invalid();
    }

    private static double Parse(ReadOnlySpan<byte> text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private ReadOnlySpan<byte> Mantissa(ReadOnlySpan<byte> text) => text[..(_exponent - 1 < 0 ? text.Length : _exponent - 1)];

    /// <summary>Computes an integer times a power of ten, each rounded to a double first.</summary>
    private double Scale(ReadOnlySpan<byte> text)
    {
        var mantissa = Mantissa(text);
        var negative = text[_exponent] == '-';
        var exponent = text[_exponent..].TrimStart("+-"u8).TrimStart((byte)'0');
        if (mantissa.TrimStart((byte)'-').Length > MaxIntegerDigits || exponent.Length > MaxIntegerDigits)
        {
            throw JsonErrors.Invalid();
        }

        // An exponent of more than nine digits always gives 0 or infinity.
        var power = exponent.Length switch
        {
            0 => 0,
            <= 9 => int.Parse(exponent, NumberStyles.None, CultureInfo.InvariantCulture),
            _ => int.MaxValue,
        };

        var factor = Math.Pow(10, negative ? -power : power);
        if (!double.IsFinite(factor))
        {
            throw JsonErrors.Invalid();
        }

        var whole = ParseBig(mantissa);
        return (long.MinValue <= whole && whole <= long.MaxValue ? (double)(long)whole : ToDouble(whole)) * factor;
    }
}
