using System.Buffers.Binary;
using System.Text;
using CloudWall.Documents.Buffers;

namespace CloudWall.Documents.Records;

/// <summary>Builds a key; starts on the stack and moves to a pooled array for a long id.</summary>
internal ref struct KeyWriter
{
    /// <summary>The size of the caller's stack buffer; most keys fit.</summary>
    public const int StackSize = 256;

    private Span<byte> _buffer;
    private byte[]? _rented;
    private int _length;

    public KeyWriter(Span<byte> initial) => _buffer = initial;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>Starts another key.</summary>
    public void Clear() => _length = 0;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    public void Raw(scoped ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    public void Text(string value) => Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetByteCount(value)));

    /// <summary>
    /// Appends a text in the middle of a key. To preserve byte order, 00 is written as 00 FF, and 00 01 ends the text; so the keys of one
    /// text never mix with those of a longer one.
    /// </summary>
    public void Terminated(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length <= StackSize)
        {
            Span<byte> utf8 = stackalloc byte[StackSize];
            Terminated(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        }
        else
        {
            Terminated(Encoding.UTF8.GetBytes(value));
        }
    }

    /// <inheritdoc cref="Terminated(string)"/>
    public void Terminated(scoped ReadOnlySpan<byte> utf8)
    {
        while (true)
        {
            var zero = utf8.IndexOf((byte)0);
            if (zero < 0)
            {
                break;
            }

            Raw(utf8[..(zero + 1)]);
            Byte(0xFF);
            utf8 = utf8[(zero + 1)..];
        }

        Raw(utf8);
        Byte(0);
        Byte(1);
    }

    public readonly void Dispose()
    {
        if (_rented is not null)
        {
            SharedArrays.Return(_rented);
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = SharedArrays.Rent<byte>(Math.Max(_buffer.Length * 2, _length + count));
            _buffer[.._length].CopyTo(larger);
            if (_rented is not null)
            {
                SharedArrays.Return(_rented);
            }

            _buffer = _rented = larger;
        }

        var reserved = _buffer.Slice(_length, count);
        _length += count;
        return reserved;
    }
}
