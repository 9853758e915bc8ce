using System.Buffers;

namespace CloudWall.Server.Http;

/// <summary>A request's body in a pooled buffer, unpacked. Dispose of it when its bytes are no longer needed.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] _buffer;
    private readonly int _length;

    /// <summary>Takes over a buffer from the shared pool.</summary>
    public RequestBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <inheritdoc/>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
