using System.Buffers.Binary;

namespace CloudWall.Mesh.Pairing;

/// <summary>A message of a pairing: a few fields, each with its length before it.</summary>
internal static class PairingMessage
{
    /// <summary>The longest message.</summary>
    public const int MaxLength = 8 << 10;

    public static byte[] Write(params ReadOnlySpan<byte[]> fields)
    {
        var bytes = new List<byte>();
        Span<byte> length = stackalloc byte[2];
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)field.Length));
            bytes.AddRange(length);
            bytes.AddRange(field);
        }

        return [.. bytes];
    }

    /// <exception cref="PairingException">The message has not so many fields.</exception>
    public static byte[][] Read(ReadOnlySpan<byte> message, int count)
    {
        if (message.Length > MaxLength)
        {
            throw Malformed();
        }

        var fields = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            if (message.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(message) is var length && message.Length < 2 + length)
            {
                throw Malformed();
            }

            fields[i] = message.Slice(2, length).ToArray();
            message = message[(2 + length)..];
        }

        return message.IsEmpty ? fields : throw Malformed();
    }

    private static PairingException Malformed() => new("The other device sent something that is no message of a pairing.");
}
