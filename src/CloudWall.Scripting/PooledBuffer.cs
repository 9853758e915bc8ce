using System.Buffers;

namespace CloudWall.Scripting;

/// <summary>Bytes written into an array that grows; a short one comes out of a pool.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>What is longer is left to the garbage collector: the pool would keep it.</summary>
    private const int LongestPooled = 1 << 20;

    private byte[] _bytes;

    public PooledBuffer(int capacity = 4096) => _bytes = Rent(capacity);

    public int WrittenCount { get; private set; }

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, WrittenCount);

    public ReadOnlySpan<byte> WrittenSpan => _bytes.AsSpan(0, WrittenCount);

    public void Advance(int count) => WrittenCount = checked(WrittenCount + count);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(WrittenCount);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(WrittenCount);
    }

    public void Rewind(int position) => WrittenCount = Math.Min(position, WrittenCount);

    public void Dispose()
    {
        WrittenCount = 0;
        Return(_bytes);
        _bytes = [];
    }

    /// <summary>An array that has at least so many bytes.</summary>
    public static byte[] Rent(int length) =>
        length <= LongestPooled ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);

    /// <summary>Gives an array back that is not used any more.</summary>
    public static void Return(byte[] bytes)
    {
        if (bytes.Length is > 0 and <= LongestPooled)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Reserve(int sizeHint)
    {
        var needed = WrittenCount + (long)Math.Max(sizeHint, 256);
        if (needed <= _bytes.Length)
        {
            return;
        }

        var larger = Rent(checked((int)Math.Min(Math.Max(needed, 2L * _bytes.Length), Array.MaxLength)));
        WrittenSpan.CopyTo(larger);
        Return(_bytes);
        _bytes = larger;
    }
}
