using System.Buffers;
using CloudWall.Documents.Buffers;

namespace CloudWall.Indexing.Building;

/// <summary>A growing buffer of bytes in a reusable array.</summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private const int Least = 64 << 10;

    /// <summary>An array that has grown beyond this is not reused.</summary>
    public const int MostKept = 4 << 20;

    private byte[] _bytes = [];

    /// <summary>The number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>A range of the bytes, which the caller may change; valid until the next write.</summary>
    public Span<byte> Span(int start, int length) => _bytes.AsSpan(start, length);

    /// <summary>A range of the bytes; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Memory(int start, int length) => _bytes.AsMemory(start, length);

    public void Write(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(Length));
        Length += value.Length;
    }

    /// <inheritdoc/>
    public void Advance(int count) => Length = checked(Length + count);

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Discards all bytes after the first ones.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    /// <summary>Clears the content and keeps the array for reuse.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > MostKept)
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Length = 0;
        SharedArrays.Return(_bytes);
        _bytes = [];
    }

    private void Reserve(int count)
    {
        if (count <= _bytes.Length - Length)
        {
            return;
        }

        _bytes = SharedArrays.Grow(_bytes, Length, Math.Max(Least, (long)Length + count));
    }
}
