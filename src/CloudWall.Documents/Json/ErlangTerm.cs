using System.Buffers.Binary;
using System.Numerics;

namespace CloudWall.Documents.Json;

/// <summary>
/// Writes the parts of Erlang's external term format that JSON and revision hashes need, as <c>term_to_binary</c> does with minor version
/// 1. See "External Term Format" in the Erlang documentation. A JSON object is a 1-tuple of a list of pairs.
/// </summary>
internal static class ErlangTerm
{
    public const byte NewFloat = 70;
    public const byte SmallInteger = 97;
    public const byte Integer = 98;
    public const byte Atom = 100;
    public const byte SmallTuple = 104;
    public const byte Nil = 106;
    public const byte ByteString = 107;
    public const byte List = 108;
    public const byte Binary = 109;
    public const byte SmallBig = 110;
    public const byte LargeBig = 111;
    public const byte Version = 131;

    /// <summary>A list's tag and count.</summary>
    public const int ListHeaderLength = 5;

    /// <summary>The header of a 1-tuple, and its list's tag and count.</summary>
    public const int ObjectHeaderLength = 2 + ListHeaderLength;

    /// <summary>A binary's tag and length.</summary>
    public const int BinaryHeaderLength = 5;

    /// <summary>Writes the header of a list.</summary>
    public static void WriteListHeader(Span<byte> destination, int count)
    {
        destination[0] = List;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], count);
    }

    /// <summary>Writes the header of an object.</summary>
    public static void WriteObjectHeader(Span<byte> destination, int count)
    {
        destination[0] = SmallTuple;
        destination[1] = 1;
        WriteListHeader(destination[2..], count);
    }

    /// <summary>Writes the header of a binary.</summary>
    public static void WriteBinaryHeader(Span<byte> destination, int length)
    {
        destination[0] = Binary;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
    }

    /// <summary>Writes an atom and returns its length.</summary>
    public static int WriteAtom(Span<byte> destination, ReadOnlySpan<byte> name)
    {
        destination[0] = Atom;
        BinaryPrimitives.WriteInt16BigEndian(destination[1..], (short)name.Length);
        name.CopyTo(destination[3..]);
        return 3 + name.Length;
    }

    /// <summary>Writes a float and returns its length.</summary>
    public static int WriteFloat(Span<byte> destination, double value)
    {
        destination[0] = NewFloat;
        BinaryPrimitives.WriteDoubleBigEndian(destination[1..], value);
        return 9;
    }

    /// <summary>Writes an integer and returns its length.</summary>
    public static int WriteInteger(Span<byte> destination, long value)
    {
        if (value is >= 0 and <= byte.MaxValue)
        {
            destination[0] = SmallInteger;
            destination[1] = (byte)value;
            return 2;
        }

        if (value is >= int.MinValue and <= int.MaxValue)
        {
            destination[0] = Integer;
            BinaryPrimitives.WriteInt32BigEndian(destination[1..], (int)value);
            return 5;
        }

        var magnitude = value < 0 ? 0UL - (ulong)value : (ulong)value;
        var length = (64 - BitOperations.LeadingZeroCount(magnitude) + 7) / 8;
        destination[0] = SmallBig;
        destination[1] = (byte)length;
        destination[2] = value < 0 ? (byte)1 : (byte)0;
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, magnitude);
        bytes[..length].CopyTo(destination[3..]);
        return 3 + length;
    }

    /// <summary>Writes an integer beyond 64 bits and returns its length.</summary>
    public static int WriteInteger(Span<byte> destination, BigInteger value)
    {
        var magnitude = BigInteger.Abs(value);
        var length = magnitude.GetByteCount(isUnsigned: true);
        var header = 3;
        if (length <= byte.MaxValue)
        {
            destination[0] = SmallBig;
            destination[1] = (byte)length;
        }
        else
        {
            destination[0] = LargeBig;
            BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
            header = 6;
        }

        destination[header - 1] = value.Sign < 0 ? (byte)1 : (byte)0;
        magnitude.TryWriteBytes(destination[header..], out _, isUnsigned: true);
        return header + length;
    }

    /// <summary>
    /// Completes a list whose elements were written after reserved space for its header. A short list of bytes becomes an Erlang string.
    /// </summary>
    /// <returns>The end of the list.</returns>
    public static int FinishList(byte[] term, int start, int end, int count)
    {
        if (count == 0)
        {
            term[start] = Nil;
            return start + 1;
        }

        var elements = term.AsSpan(start + ListHeaderLength, end - start - ListHeaderLength);
        if (count <= ushort.MaxValue && elements.Length == 2 * count && AreBytes(elements))
        {
            term[start] = ByteString;
            BinaryPrimitives.WriteUInt16BigEndian(term.AsSpan(start + 1), (ushort)count);
            for (var e = 0; e < count; e++)
            {
                term[start + 3 + e] = elements[(2 * e) + 1];
            }

            return start + 3 + count;
        }

        WriteListHeader(term.AsSpan(start), count);
        term[end] = Nil;
        return end + 1;
    }

    /// <summary>Completes an object whose pairs were written after reserved space for its header.</summary>
    /// <returns>The end of the object.</returns>
    public static int FinishObject(byte[] term, int start, int end, int count)
    {
        WriteObjectHeader(term.AsSpan(start), count);
        if (count == 0)
        {
            end = start + 2;
        }

        term[end] = Nil;
        return end + 1;
    }

    /// <summary>Whether all elements are small integers. Their encoding has a fixed length, so each tag's position is known.</summary>
    private static bool AreBytes(ReadOnlySpan<byte> elements)
    {
        for (var e = 0; e < elements.Length; e += 2)
        {
            if (elements[e] != SmallInteger)
            {
                return false;
            }
        }

        return true;
    }
}
