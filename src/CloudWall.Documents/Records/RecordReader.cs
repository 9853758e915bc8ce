using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Records;

/// <summary>Reads the parts of a stored value one after the other. Values that were cut short give <see cref="InvalidDataException"/>.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;

    public int Position { get; private set; }

    public readonly ReadOnlySpan<byte> Rest => _input[Position..];

    public byte Byte() => Take(1)[0];

    public ReadOnlySpan<byte> Bytes() => Take(checked((int)Number()));

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>An unsigned number, seven bits a byte, low ones first.</summary>
    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return checked((long)value);
            }
        }

        throw new InvalidDataException("A number in a stored record is too long.");
    }

    /// <summary>A revision. Hashes of 16 bytes have the mark 0, others their length plus 1.</summary>
    public RevisionId Revision()
    {
        var generation = Number();
        var mark = Number();
        return RevisionId.FromHashBytes(generation, Take(mark == 0 ? 16 : checked((int)(mark - 1))));
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _input.Length - Position)
        {
            throw new InvalidDataException("A stored record is shorter than it says.");
        }

        var taken = _input.Slice(Position, count);
        Position += count;
        return taken;
    }
}
