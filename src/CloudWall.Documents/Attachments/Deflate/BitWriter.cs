using System.Buffers.Binary;

namespace CloudWall.Documents.Attachments.Deflate;

/// <summary>Writes bits to a stream, lowest first: RFC 1951 section 3.1.1.</summary>
internal sealed class BitWriter(Stream output)
{
    private readonly byte[] _buffer = new byte[16384];
    private int _length;
    private ulong _bits;
    private int _count;

    /// <summary>Writes up to 32 bits.</summary>
    public void Write(uint bits, int count)
    {
        _bits |= (ulong)bits << _count;
        _count += count;
        if (_count >= 32)
        {
            if (_length + 4 > _buffer.Length)
            {
                Drain();
            }

            BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_length), (uint)_bits);
            _length += 4;
            _bits >>= 32;
            _count -= 32;
        }
    }

    /// <summary>Pads the current byte with zero bits.</summary>
    public void Align()
    {
        if (_length + 8 > _buffer.Length)
        {
            Drain();
        }

        for (; _count > 0; _count -= 8)
        {
            _buffer[_length++] = (byte)_bits;
            _bits >>= 8;
        }

        _bits = 0;
        _count = 0;
    }

    /// <summary>Writes whole bytes after <see cref="Align"/>.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Drain();
        output.Write(bytes);
    }

    /// <summary>Writes all complete bytes to the stream.</summary>
    public void Drain()
    {
        output.Write(_buffer, 0, _length);
        _length = 0;
    }
}
