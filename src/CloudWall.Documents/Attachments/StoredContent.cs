namespace CloudWall.Documents.Attachments;

/// <summary>
/// Attachment content that has been received whole and waits to be referred to by a document. Written to the store already when
/// large, kept in memory when small. Dispose of it after the write: what no document refers to by then is dropped.
/// </summary>
public sealed class StoredContent : IDisposable
{
    private readonly Action<StoredContent>? _abandon;
    private int _holders = 1;
    private int _disposed;

    internal StoredContent(
        ReadOnlyMemory<byte> contentId,
        ReadOnlyMemory<byte> md5,
        long length,
        long storedLength,
        ContentEncoding encoding,
        ReadOnlyMemory<byte>? inline,
        long blob,
        Action<StoredContent>? abandon)
    {
        ContentId = contentId;
        Md5 = md5;
        Length = length;
        StoredLength = storedLength;
        Encoding = encoding;
        Inline = inline;
        Blob = blob;
        _abandon = abandon;
    }

    /// <summary>SHA-256 of the stored bytes, 32 bytes: the content's address inside its database.</summary>
    public ReadOnlyMemory<byte> ContentId { get; }

    /// <summary>MD5 of the stored (perhaps compressed) bytes, 16 bytes: CouchDB's digest.</summary>
    public ReadOnlyMemory<byte> Md5 { get; }

    /// <summary>Length in bytes as a client sees it, before any compression.</summary>
    public long Length { get; }

    /// <summary>Length in bytes as stored.</summary>
    public long StoredLength { get; }

    /// <summary>How the stored bytes are encoded.</summary>
    public ContentEncoding Encoding { get; }

    /// <summary>How many bytes of it are kept in memory until it is written.</summary>
    public int BytesInMemory => Inline?.Length ?? 0;

    /// <summary>The stored bytes where they are few enough to be kept in memory; they are written together with the document.</summary>
    internal ReadOnlyMemory<byte>? Inline { get; }

    /// <summary>The number of the blob that holds the stored bytes, where they are not <see cref="Inline"/>.</summary>
    internal long Blob { get; }

    /// <summary>Whether a document refers to this very blob now.</summary>
    internal bool Adopted { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Release();
        }
    }

    /// <summary>
    /// Keeps the content until <see cref="Release"/>, though it may be disposed of before: a write that nobody waits for any more is
    /// still in the queue.
    /// </summary>
    internal void Hold()
    {
        var holders = Volatile.Read(ref _holders);
        while (true)
        {
            ObjectDisposedException.ThrowIf(holders == 0, this);
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                return;
            }

            holders = seen;
        }
    }

    /// <summary>Gives up one <see cref="Hold"/>; the last to do so drops what no document refers to.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && !Adopted)
        {
            _abandon?.Invoke(this);
        }
    }
}
