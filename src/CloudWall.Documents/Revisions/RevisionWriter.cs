using System.Buffers;

namespace CloudWall.Documents.Revisions;

/// <summary>Writes the parts of revision trees and pages into a span of known size.</summary>
internal ref struct RevisionWriter(IBufferWriter<byte> output, int size)
{
    private readonly Span<byte> _span = output.GetSpan(size);
    private int _position;

    public void WriteByte(byte value) => _span[_position++] = value;

    /// <summary>Writes a varint: seven bits in each byte, lowest first, at most 9 bytes.</summary>
    public void WriteNumber(long value)
    {
        while (value > 0x7F)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    /// <summary>Writes a hash: 16 bytes unchanged, any other after its length.</summary>
    public void WriteHash(RevisionId id)
    {
        if (id.HashLength != 16)
        {
            WriteNumber(id.HashLength);
        }

        id.CopyHashTo(_span[_position..]);
        _position += id.HashLength;
    }

    public readonly void Flush() => output.Advance(_position);
}
