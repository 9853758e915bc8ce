using CloudWall.Documents.Attachments;

namespace CloudWall.Replication.Peers;

/// <summary>The bytes of an attachment as they come. Dispose of it when they have been read, or are not wanted any more.</summary>
public sealed class FetchedContent : IAsyncDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Content.</summary>
    /// <param name="encoding">How the bytes are encoded.</param>
    /// <param name="bytes">The bytes; read once.</param>
    /// <param name="owner">What is released with it.</param>
    public FetchedContent(ContentEncoding encoding, IAsyncEnumerable<ReadOnlyMemory<byte>> bytes, IDisposable? owner = null)
    {
        Encoding = encoding;
        Bytes = bytes;
        _owner = owner;
    }

    /// <summary>How the bytes are encoded: as stored, unless the source could not send them so.</summary>
    public ContentEncoding Encoding { get; }

    /// <summary>The bytes; read once.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> Bytes { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _owner?.Dispose();
        return ValueTask.CompletedTask;
    }
}
