using CloudWall.Documents.Buffers;

namespace CloudWall.Documents.Attachments;

/// <summary>Exposes chunks of content as a forward-only asynchronous stream.</summary>
/// <param name="chunks">The chunks in order; each is consumed before the next is requested.</param>
public sealed class ContentStream(IAsyncEnumerable<ReadOnlyMemory<byte>> chunks) : ReadStream
{
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _chunks = chunks.GetAsyncEnumerator();
    private ReadOnlyMemory<byte> _rest;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (!await _chunks.MoveNextAsync())
            {
                return 0;
            }

            _rest = _chunks.Current;
        }

        var length = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..length].CopyTo(buffer.Span);
        _rest = _rest[length..];
        return length;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _chunks.DisposeAsync();
        await base.DisposeAsync();
    }
}
