namespace CloudWall.Documents.Attachments;

/// <summary>
/// Receives an attachment's bytes as they arrive: compresses text types exactly like zlib, computes digests, and writes chunks to the
/// store, so that memory stays bounded for any length. Always dispose it; without <see cref="CompleteAsync"/> nothing remains stored.
/// </summary>
public abstract class AttachmentUpload : IAsyncDisposable
{
    /// <summary>The number of bytes received so far.</summary>
    public abstract long Received { get; }

    /// <summary>Whether small content is written to the store at once too, and not together with its document.</summary>
    public bool StoresAtOnce { get; set; }

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="DocumentException">413: the attachment exceeds <c>max_attachment_size</c>.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>
    /// Completes the content. Bytes declared as gzip that cannot be decompressed are stored as <see cref="ContentEncoding.Identity"/>,
    /// because no reader could decompress them.
    /// </summary>
    /// <returns>The content, which the caller owns.</returns>
    public abstract ValueTask<StoredContent> CompleteAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DisposeCoreAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes the chunks of an upload that was not completed.</summary>
    protected abstract ValueTask DisposeCoreAsync();
}
