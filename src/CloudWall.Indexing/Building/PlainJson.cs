using System.Text.Unicode;

namespace CloudWall.Indexing.Building;

/// <summary>
/// A fast check for common JSON that is already in CouchDB's normal form: strings without escapes, short numbers, literals, and arrays of
/// these. For all other JSON the answer is false, whether it is normal or not.
/// </summary>
internal static class PlainJson
{
    private const int MaxDepth = 16;

    /// <summary>A number with at most this many digits is neither rounded nor written with an exponent.</summary>
    private const int MaxDigits = 7;

    private const int MaxInteger = 15;

    public static bool Is(ReadOnlySpan<byte> json)
    {
        var at = 0;
        return TryValue(json, ref at, 0) && at == json.Length && Utf8.IsValid(json);
    }

    private static bool TryValue(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        if (at >= json.Length)
        {
            return false;
        }

        switch (json[at])
        {
            case (byte)'"':
                return TryString(json, ref at);
            case (byte)'[':
                return depth < MaxDepth && TryArray(json, ref at, depth);
            case (byte)'n':
                return TryLiteral(json, ref at, "null"u8);
            case (byte)'t':
                return TryLiteral(json, ref at, "true"u8);
            case (byte)'f':
                return TryLiteral(json, ref at, "false"u8);
            default:
                return TryNumber(json, ref at);
        }
    }

    private static bool TryString(ReadOnlySpan<byte> json, ref int at)
    {
        for (at++; at < json.Length; at++)
        {
            var c = json[at];
            if (c == '"')
            {
                at++;
                return true;
            }

            if (c is < 0x20 or (byte)'\\' or 0x7F)
            {
                return false;
            }
        }

        return false;
    }

    private static bool TryArray(ReadOnlySpan<byte> json, ref int at, int depth)
    {
        at++;
        if (at < json.Length && json[at] == ']')
        {
            at++;
            return true;
        }

        while (TryValue(json, ref at, depth + 1) && at < json.Length)
        {
            var c = json[at++];
            if (c == ']')
            {
                return true;
            }

            if (c != ',')
            {
                return false;
            }
        }

        return false;
    }

    private static bool TryLiteral(ReadOnlySpan<byte> json, ref int at, ReadOnlySpan<byte> literal)
    {
        if (!json[at..].StartsWith(literal))
        {
            return false;
        }

        at += literal.Length;
        return true;
    }

    /// <summary>A single zero, or digits without a leading zero; then optionally a point and digits without a trailing zero.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> json, ref int at)
    {
        var negative = json[at] == '-';
        at += negative ? 1 : 0;
        var digits = Digits(json, at);
        if (digits is 0 or > MaxInteger || (json[at] == '0' && (digits > 1 || negative)))
        {
            return false;
        }

        var isZero = json[at] == '0';
        at += digits;
        if (at == json.Length || json[at] != '.')
        {
            return true;
        }

        var fraction = Digits(json, at + 1);
        if (isZero || fraction == 0 || digits > MaxDigits || fraction > MaxDigits || json[at + fraction] == '0')
        {
            return false;
        }

        at += fraction + 1;
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> json, int from)
    {
        var to = from;
        while (to < json.Length && json[to] is >= (byte)'0' and <= (byte)'9')
        {
            to++;
        }

        return to - from;
    }
}
