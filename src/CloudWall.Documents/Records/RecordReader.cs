using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>Reads the fields of a stored value in order. A truncated value throws <see cref="InvalidDataException"/>.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;

    public int Position { get; private set; }

    public readonly ReadOnlySpan<byte> Rest => _input[Position..];

    public byte Byte() => Take(1)[0];

    public ReadOnlySpan<byte> Bytes() => Take(Length());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Reads a varint: seven bits in each byte, lowest first.</summary>
    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= long.MaxValue ? (long)value : throw TooLong();
            }
        }

        throw TooLong();
    }

    /// <summary>Reads a count of bytes, or of items of at least one byte each, that follow.</summary>
    public int Length()
    {
        var length = Number();
        return length <= _input.Length - Position ? (int)length : throw TooShort();
    }

    /// <summary>Reads a revision. A hash of 16 bytes is marked with 0, another with its length plus 1.</summary>
    public RevisionId Revision()
    {
        var generation = Number();
        var mark = Number();
        return RevisionId.FromHashBytes(generation, Take(mark == 0 ? 16 : (int)Math.Min(int.MaxValue, mark - 1)));
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _input.Length - Position)
        {
            throw TooShort();
        }

        var taken = _input.Slice(Position, count);
        Position += count;
        return taken;
    }

    private static InvalidDataException TooShort() => new("A stored record is shorter than it says.");

    private static InvalidDataException TooLong() => new("A number in a stored record is too long.");
}
