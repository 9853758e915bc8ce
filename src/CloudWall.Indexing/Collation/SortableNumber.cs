using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// Encodes numbers as bytes that sort exactly in numeric order, integers of any size among doubles. Zero is one byte. For other numbers,
/// the first byte has the sign, two bytes have the power of two above the number, and its bits follow, seven per byte; the last bit of
/// each byte says whether another byte follows. Negative numbers have all bytes but the first inverted.
/// </summary>
internal static class SortableNumber
{
    private const byte Negative = 1;
    private const byte Zero = 2;
    private const byte Positive = 3;
    private const int ExponentBias = 0x8000;

    public static void Write(ReadOnlySpan<byte> number, IBufferWriter<byte> output)
    {
        if (Utf8Parser.TryParse(number, out long integer, out var read) && read == number.Length)
        {
            Write(integer < 0, 64, (UInt128)(ulong)(integer < 0 ? -(Int128)integer : integer) << 64, output);
        }
        else if (number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            WriteBig(BigInteger.Parse(Encoding.ASCII.GetString(number), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), output);
        }
        else
        {
            WriteDouble(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture), output);
        }
    }

    private static void WriteDouble(double value, IBufferWriter<byte> output)
    {
        if (!double.IsFinite(value))
        {
            throw new InvalidDataException("A number is out of range.");
        }

        var bits = BitConverter.DoubleToUInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> 52);
        var mantissa = bits & ((1UL << 52) - 1);
        if (exponent > 0)
        {
            mantissa |= 1UL << 52;
        }

        // The value is mantissa * 2^(max(exponent, 1) - 1075).
        Write(value < 0, Math.Max(exponent, 1) - 1075 + 64, (UInt128)mantissa << 64, output);
    }

    /// <param name="negative">The sign.</param>
    /// <param name="power">The exponent of the power of two directly above the first bit.</param>
    /// <param name="bits">The bits.</param>
    /// <param name="output">Receives the bytes.</param>
    private static void Write(bool negative, int power, UInt128 bits, IBufferWriter<byte> output)
    {
        if (bits == 0)
        {
            output.Write<byte>([Zero]);
            return;
        }

        var shift = (int)UInt128.LeadingZeroCount(bits);
        bits <<= shift;
        Span<byte> bytes = stackalloc byte[3 + 19];
        var length = Begin(bytes, negative, power - shift);
        while (bits != 0)
        {
            var next = bits << 7;
            bytes[length++] = (byte)(((byte)(bits >> 121) << 1) | (next != 0 ? 1 : 0));
            bits = next;
        }

        End(bytes[..length], negative);
        output.Write(bytes[..length]);
    }

    private static void WriteBig(BigInteger value, IBufferWriter<byte> output)
    {
        var magnitude = BigInteger.Abs(value);
        var power = (long)magnitude.GetBitLength();
        if (power >= ExponentBias)
        {
            throw new InvalidDataException("A number is out of range.");
        }

        // The bits are written from the top, seven per byte.
        magnitude <<= (int)((7 - (power % 7)) % 7);
        var bytes = new byte[3 + ((power + 6) / 7)];
        Begin(bytes, value.Sign < 0, (int)power);
        for (var i = bytes.Length - 1; i > 2; i--)
        {
            bytes[i] = (byte)(((int)(magnitude & 0x7F) << 1) | 1);
            magnitude >>= 7;
        }

        var length = bytes.AsSpan().LastIndexOfAnyExcept((byte)1) + 1;
        bytes[length - 1] &= 0xFE;
        End(bytes.AsSpan(0, length), value.Sign < 0);
        output.Write(bytes.AsSpan(0, length));
    }

    private static int Begin(Span<byte> bytes, bool negative, int power)
    {
        bytes[0] = negative ? Negative : Positive;
        var biased = power + ExponentBias;
        bytes[1] = (byte)(biased >> 8);
        bytes[2] = (byte)biased;
        return 3;
    }

    private static void End(Span<byte> bytes, bool negative)
    {
        if (negative)
        {
            for (var i = 1; i < bytes.Length; i++)
            {
                bytes[i] = (byte)~bytes[i];
            }
        }
    }
}
