using System.Runtime.CompilerServices;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Attachments;

/// <summary>
/// A database's attachment content: blobs of chunks, addressed by the SHA-256 of their bytes. Blobs being uploaded are listed in the store,
/// so that the next start finds and removes those that a crash interrupted.
/// </summary>
internal sealed class ContentStore(DatabaseCore core)
{
    /// <summary>Size of every chunk except the last. Content of at most one chunk is written together with its document.</summary>
    public const int ChunkSize = 128 << 10;

    /// <summary>Up to this many chunks are deleted key by key: range deletions slow down every read until they are compacted.</summary>
    private const int FewChunks = 64;

    /// <summary>The blob of empty content. It has no chunks, so a blob number of its own could not be found again.</summary>
    public const long EmptyBlob = 0;

    private readonly Lock _gate = new();
    private long _lastBlob;
    private long _abandoned;
    private bool _started;

    /// <summary>Bytes of removed uploads that no document referred to and that the database's state does not include yet.</summary>
    public long Abandoned => Interlocked.Read(ref _abandoned);

    /// <summary>Subtracts bytes that the state now includes.</summary>
    public void Counted(long bytes) => Interlocked.Add(ref _abandoned, -bytes);

    /// <summary>Returns a blob number that was never used in this database.</summary>
    public long NextBlob()
    {
        lock (_gate)
        {
            if (!_started)
            {
                _lastBlob = Math.Max(LastBlob(), LastUpload());
                _started = true;
            }

            return ++_lastBlob;
        }
    }

    public ContentRecord? Find(ReadOnlySpan<byte> contentId) => Find(contentId, out _);

    /// <summary>Looks up content.</summary>
    /// <param name="contentId">Its SHA-256.</param>
    /// <param name="length">The length of its record in bytes.</param>
    public ContentRecord? Find(ReadOnlySpan<byte> contentId, out int length)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Content(ref key, core.Number, contentId);
        using var value = core.Store.Get(Keyspace.Documents, key.Written);
        key.Dispose();
        length = value.Span.Length;
        return value.Found ? ContentRecord.Read(value.Span) : null;
    }

    public AttachmentUpload BeginUpload(string contentType, ContentEncoding encoding, long? decodedLength)
    {
        ThrowIfFull();
        var compress = encoding == ContentEncoding.Identity && Compresses(contentType);
        return new ContentUpload(core, compress, encoding, decodedLength);
    }

    public bool Compresses(string contentType) => core.Options.CompressionLevel > 0 && core.CompressibleTypes.Matches(contentType);

    /// <summary>Lists a blob as being uploaded.</summary>
    public void ListUpload(long blob)
    {
        core.ThrowIfClosed();
        using var batch = core.Store.CreateBatch();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Upload(ref key, core.Number, blob);
        batch.Put(Keyspace.Documents, key.Written, []);
        key.Dispose();
        core.Store.Commit(batch, sync: false);
    }

    /// <summary>Writes a chunk of a blob.</summary>
    /// <exception cref="DocumentException">The disk became full meanwhile; the remaining room is reserved for deletions.</exception>
    public void WriteChunk(long blob, uint chunk, ReadOnlySpan<byte> bytes)
    {
        core.ThrowIfClosed();
        ThrowIfFull();
        using var batch = core.Store.CreateBatch();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Chunk(ref key, core.Number, blob, chunk);
        batch.Put(Keyspace.Attachments, key.Written, bytes);
        key.Dispose();
        core.Store.Commit(batch, sync: false);
    }

    private void ThrowIfFull()
    {
        if (core.Options.Room?.Refuse(WriteNeed.Space) is { } refusal)
        {
            throw new DocumentException(refusal);
        }
    }

    /// <summary>Removes a blob that no document refers to.</summary>
    public void Abandon(long blob, long length)
    {
        if (core.IsClosed)
        {
            return;
        }

        using var batch = core.Store.CreateBatch();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Upload(ref key, core.Number, blob);
        batch.Delete(Keyspace.Documents, key.Written);
        key.Dispose();
        RemoveBlob(batch, core.Number, blob);
        try
        {
            core.Store.Commit(batch, sync: false);
            Interlocked.Add(ref _abandoned, length);
        }
        catch (StorageException)
        {
            // Ignored: the caller is cleaning up. The blob is still listed, so the next start removes it.
        }
    }

    /// <summary>Removes the uploads that the last stop interrupted.</summary>
    public static void RemoveUnfinished(KeyValueStore store, uint database)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Upload(ref lower, database, 0);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Upload(ref upper, database, long.MaxValue);
        using var uploads = store.Scan(Keyspace.Documents, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        while (uploads.MoveNext())
        {
            using var batch = store.CreateBatch();
            RemoveBlob(batch, database, Keys.UploadBlob(uploads.Key));
            batch.Delete(Keyspace.Documents, uploads.Key);
            store.Commit(batch, sync: false);
        }
    }

    /// <summary>Removes a blob of known length.</summary>
    public static void RemoveBlob(WriteBatch batch, uint database, long blob, long length)
    {
        var chunks = (length + ChunkSize - 1) / ChunkSize;
        if (chunks > FewChunks)
        {
            RemoveBlob(batch, database, blob);
            return;
        }

        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        for (var chunk = 0u; chunk < chunks; chunk++)
        {
            key.Clear();
            Keys.Chunk(ref key, database, blob, chunk);
            batch.Delete(Keyspace.Attachments, key.Written);
        }

        key.Dispose();
    }

    public static void RemoveBlob(WriteBatch batch, uint database, long blob)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Blob(ref lower, database, blob);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Blob(ref upper, database, blob + 1);
        batch.DeleteRange(Keyspace.Attachments, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        AttachmentInfo attachment, long offset, long length, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var content = Find(attachment.ContentId.Span) ?? throw Gone();
        var end = offset + Math.Min(Math.Max(0, content.StoredLength - offset), length);
        while (offset < end)
        {
            cancellation.ThrowIfCancellationRequested();
            using var chunk = ReadChunk(content.Blob, (uint)(offset / ChunkSize));
            if (!chunk.Found)
            {
                // The content may have been removed meanwhile, and stored again under another blob number.
                var now = Find(attachment.ContentId.Span) ?? throw Gone();
                content = now.Blob != content.Blob ? now : throw Damaged();
                continue;
            }

            var from = (int)(offset % ChunkSize);
            var bytes = from < chunk.Memory.Length ? chunk.Memory[from..] : throw Damaged();
            if (bytes.Length > end - offset)
            {
                bytes = bytes[..(int)(end - offset)];
            }

            offset += bytes.Length;
            yield return bytes;
        }

        await Task.CompletedTask;
    }

    /// <summary>Reads content that no document refers to yet.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(StoredContent content, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (content.Inline is { } bytes)
        {
            yield return bytes;
            yield break;
        }

        await foreach (var chunk in ReadUploadAsync(content.Blob, ChunksOf(content.StoredLength), cancellation))
        {
            yield return chunk;
        }
    }

    /// <summary>The number of chunks for a length.</summary>
    public static uint ChunksOf(long length) => (uint)((length + ChunkSize - 1) / ChunkSize);

    /// <summary>Reads the chunks of a blob being uploaded.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadUploadAsync(
        long blob, uint chunks, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var number = 0u; number < chunks; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var chunk = ReadChunk(blob, number);
            yield return chunk.Found ? chunk.Memory : throw Gone();
        }

        await Task.CompletedTask;
    }

    /// <summary>Whether an attachment's content can be decompressed; always true for uncompressed content.</summary>
    public async ValueTask<bool> IsSoundAsync(AttachmentInfo attachment, CancellationToken cancellation)
    {
        var known = core.Context.SoundContents;
        if (attachment.Encoding != ContentEncoding.Gzip || known.Contains(attachment.ContentId.Span))
        {
            return true;
        }

        await using var packed = new ContentStream(ReadAsync(attachment, 0, attachment.StoredLength, cancellation));
        if (!await GzipCheck.PassesAsync(packed, core.Options.Limits().MaxAttachmentSize, cancellation))
        {
            return false;
        }

        known.Add(attachment.ContentId.Span);
        return true;
    }

    private DocumentException Gone()
    {
        core.ThrowIfClosed();
        return new DocumentException(new DocumentError(404, "not_found", "Document is missing attachment"));
    }

    private static InvalidDataException Damaged() => new("The content of an attachment is damaged.");

    private PinnedValue ReadChunk(long blob, uint chunk)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Chunk(ref key, core.Number, blob, chunk);
        var value = core.Store.Get(Keyspace.Attachments, key.Written);
        key.Dispose();
        return value;
    }

    private long LastBlob()
    {
        using var last = core.ScanDatabase(Keyspace.Attachments, descending: true);
        return last.MoveNext() ? System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(last.Key[4..]) : 0;
    }

    private long LastUpload()
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Upload(ref lower, core.Number, 0);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Upload(ref upper, core.Number, long.MaxValue);
        using var last = core.Store.Scan(Keyspace.Documents, lower.Written, upper.Written, descending: true);
        lower.Dispose();
        upper.Dispose();
        return last.MoveNext() ? Keys.UploadBlob(last.Key) : 0;
    }
}
