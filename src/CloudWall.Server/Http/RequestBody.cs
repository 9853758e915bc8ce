using System.Buffers;
using CloudWall.Documents.Buffers;

namespace CloudWall.Server.Http;

/// <summary>A request's body in a buffer, unpacked. Dispose of it when its bytes are no longer needed.</summary>
internal sealed class RequestBody : IBodySink, IDisposable
{
    /// <summary>The bytes, and two more forms of them that parsing makes.</summary>
    private const int Forms = 3;

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
            Grow(total);
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length = (int)total;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SharedArrays.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void Grow(long length) => _buffer = SharedArrays.Grow(_buffer, _length, Math.Max(length, 4096));
}
