using System.Buffers;

namespace CloudWall.Indexing.Views;

/// <summary>Variable-length integers (seven bits per byte, low bits first), and byte strings with a length prefix.</summary>
internal static class Packed
{
    public static void Number(this ArrayBufferWriter<byte> output, long value)
    {
        var rest = (ulong)value;
        var span = output.GetSpan(10);
        var length = 0;
        while (rest >= 0x80)
        {
            span[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        span[length++] = (byte)rest;
        output.Advance(length);
    }

    /// <summary>The encoded length of a number.</summary>
    public static int Length(long value)
    {
        var length = 1;
        for (var rest = (ulong)value >> 7; rest > 0; rest >>= 7)
        {
            length++;
        }

        return length;
    }

    /// <summary>Writes a number at the start of a buffer.</summary>
    /// <returns>The rest of the buffer.</returns>
    public static Span<byte> Number(Span<byte> rest, long value)
    {
        var left = (ulong)value;
        var length = 0;
        while (left >= 0x80)
        {
            rest[length++] = (byte)(left | 0x80);
            left >>= 7;
        }

        rest[length++] = (byte)left;
        return rest[length..];
    }

    public static void Bytes(this ArrayBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        output.Number(value.Length);
        output.Write(value);
    }

    /// <summary>Reads a number from the start of a buffer and advances it.</summary>
    /// <exception cref="InvalidDataException">The buffer is too short.</exception>
    public static long Number(scoped ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return (long)value;
            }
        }

        throw new InvalidDataException("A stored record is shorter than it says.");
    }

    /// <summary>Reads a byte string from the start of a buffer and advances it.</summary>
    /// <exception cref="InvalidDataException">The buffer is too short.</exception>
    public static ReadOnlySpan<byte> Bytes(scoped ref ReadOnlySpan<byte> rest)
    {
        var length = Number(ref rest);
        if (length < 0 || length > rest.Length)
        {
            throw new InvalidDataException("A stored record is shorter than it says.");
        }

        var value = rest[..(int)length];
        rest = rest[(int)length..];
        return value;
    }
}
