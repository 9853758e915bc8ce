namespace CloudWall.Documents.Attachments;

/// <summary>
/// Takes an attachment's bytes as they arrive: compresses text types with zlib's own bytes, computes digests, and writes to the
/// store in chunks, so that memory stays bounded whatever the length. Dispose of it in any case; without
/// <see cref="CompleteAsync"/> nothing remains.
/// </summary>
public abstract class AttachmentUpload : IAsyncDisposable
{
    /// <summary>How many bytes have been given so far.</summary>
    public abstract long Received { get; }

    /// <summary>Whether content that is small goes to the store at once too, rather than with its document.</summary>
    public bool StoresAtOnce { get; set; }

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="DocumentException">413 where the attachment becomes larger than <c>max_attachment_size</c>.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>
    /// Ends the content. What came as gzip and cannot be unpacked is kept as the bytes that it is
    /// (<see cref="ContentEncoding.Identity"/>), because no reader could make anything else of it.
    /// </summary>
    /// <returns>The content, which the caller owns.</returns>
    public abstract ValueTask<StoredContent> CompleteAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DisposeCoreAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Removes what was written of content that was not completed.</summary>
    protected abstract ValueTask DisposeCoreAsync();
}
