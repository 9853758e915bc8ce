namespace CloudWall.Documents.Attachments;

/// <summary>
/// Completely received attachment content that no document refers to yet. Large content is in the store already, small content is in
/// memory. Dispose it after the write: content without a reference is dropped.
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

    /// <summary>MD5 of the stored bytes, 16 bytes: CouchDB's digest.</summary>
    public ReadOnlyMemory<byte> Md5 { get; }

    /// <summary>Uncompressed length in bytes.</summary>
    public long Length { get; }

    /// <summary>Stored length in bytes.</summary>
    public long StoredLength { get; }

    /// <summary>The encoding of the stored bytes.</summary>
    public ContentEncoding Encoding { get; }

    /// <summary>The number of bytes kept in memory until the write.</summary>
    public int BytesInMemory => Inline?.Length ?? 0;

    /// <summary>The stored bytes of small content, which is written together with the document; otherwise null.</summary>
    internal ReadOnlyMemory<byte>? Inline { get; }

    /// <summary>The number of the blob in the store, if the content is not <see cref="Inline"/>.</summary>
    internal long Blob { get; }

    /// <summary>Whether a document refers to this blob.</summary>
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
    /// Keeps the content until <see cref="Release"/>, even if it is disposed earlier: a queued write needs it although its caller gave up.
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

    /// <summary>Ends one <see cref="Hold"/>. The last one drops content without a reference.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0 && !Adopted)
        {
            _abandon?.Invoke(this);
        }
    }
}
