using System.Buffers;

namespace CloudWall.Server.Http;

/// <summary>A request's body in a buffer, unpacked. Dispose of it when its bytes are no longer needed.</summary>
internal sealed class RequestBody : IBodySink, IDisposable
{
    /// <summary>The bytes, and two more forms of them that parsing makes.</summary>
    private const int Forms = 3;

    /// <summary>What is longer is left to the garbage collector: the pool would keep it.</summary>
    private const int LongestPooled = 1 << 20;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <inheritdoc/>
    public long Weight => _buffer.Length <= 4096 ? 4096 : (long)_buffer.Length * Forms;

    /// <inheritdoc/>
    public long WeightOf(long length) => 1024 + (length * Forms);

    /// <inheritdoc/>
    public void Expect(long length)
    {
        if (length > 0)
        {
            Grow(length);
        }
    }

    /// <inheritdoc/>
    public void Take(in ReadOnlySequence<byte> bytes)
    {
        var total = _length + bytes.Length;
        if (total > _buffer.Length)
        {
            Grow(Math.Max(total, Math.Min(_buffer.Length * 2L, Array.MaxLength)));
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = (int)total;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return();
        _buffer = [];
        _length = 0;
    }

    private void Grow(long length)
    {
        var larger = length <= LongestPooled
            ? ArrayPool<byte>.Shared.Rent((int)Math.Max(length, 4096))
            : GC.AllocateUninitializedArray<byte>((int)length);
        Span.CopyTo(larger);
        Return();
        _buffer = larger;
    }

    private void Return()
    {
        if (_buffer.Length is > 0 and <= LongestPooled)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
