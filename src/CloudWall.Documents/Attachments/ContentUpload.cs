using System.Security.Cryptography;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Attachments;

/// <summary>An upload into a <see cref="ContentStore"/>: compression, digests, chunking.</summary>
internal sealed class ContentUpload : AttachmentUpload
{
    private const int FirstChunk = 4096;

    private readonly DatabaseCore _core;
    private readonly ContentEncoding _encoding;
    private readonly long? _decodedLength;
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly CouchGzipStream? _gzip;
    private byte[] _chunk = SharedArrays.Rent<byte>(FirstChunk);
    private int _filled;
    private uint _chunks;
    private long _blob;
    private long _received;
    private long _stored;
    private bool _completed;

    public ContentUpload(DatabaseCore core, bool compress, ContentEncoding encoding, long? decodedLength)
    {
        _core = core;
        _encoding = compress ? ContentEncoding.Gzip : encoding;
        _decodedLength = decodedLength;
        if (compress)
        {
            _gzip = new CouchGzipStream(new ChunkStream(this), core.Options.CompressionLevel);
        }
    }

    public override long Received => _received;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _received += bytes.Length;
        if (_received > _core.Options.Limits().MaxAttachmentSize)
        {
            throw new DocumentException(new DocumentError(413, "attachment_too_large", "attachment"));
        }

        if (_gzip is null)
        {
            Store(bytes.Span);
        }
        else
        {
            _gzip.Write(bytes.Span);
        }

        return ValueTask.CompletedTask;
    }

    public override async ValueTask<StoredContent> CompleteAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_completed, this);
        _gzip?.Dispose();
        if (StoresAtOnce && _blob == 0 && _filled > 0)
        {
            FlushChunk();
        }

        var inline = _blob == 0;
        if (!inline && _filled > 0)
        {
            FlushChunk();
        }

        var arrivedPacked = _gzip is null && _encoding == ContentEncoding.Gzip;
        var isSound = !arrivedPacked || await IsSoundAsync(cancellation);
        _completed = true;
        var id = _sha256.GetHashAndReset();
        if (_encoding == ContentEncoding.Gzip && isSound)
        {
            _core.Context.SoundContents.Add(id);
        }

        return new StoredContent(
            id,
            _md5.GetHashAndReset(),
            arrivedPacked && isSound ? Math.Max(0, _decodedLength ?? _stored) : _received,
            _stored,
            isSound ? _encoding : ContentEncoding.Identity,
            inline ? _chunk.AsSpan(0, _filled).ToArray() : default(ReadOnlyMemory<byte>?),
            _blob,
            inline ? null : content => _core.Contents.Abandon(content.Blob, content.StoredLength));
    }

    /// <summary>Whether bytes declared as gzip can be decompressed.</summary>
    private async ValueTask<bool> IsSoundAsync(CancellationToken cancellation)
    {
        await using Stream packed = _blob == 0
            ? new MemoryStream(_chunk, 0, _filled, writable: false)
            : new ContentStream(_core.Contents.ReadUploadAsync(_blob, _chunks, cancellation));
        return await GzipCheck.PassesAsync(packed, _core.Options.Limits().MaxAttachmentSize, cancellation);
    }

    protected override ValueTask DisposeCoreAsync()
    {
        if (!_completed)
        {
            _completed = true;
            if (_blob != 0)
            {
                _core.Contents.Abandon(_blob, _stored);
            }
        }

        SharedArrays.Return(_chunk);
        _chunk = [];
        _md5.Dispose();
        _sha256.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Store(ReadOnlySpan<byte> bytes)
    {
        _md5.AppendData(bytes);
        _sha256.AppendData(bytes);
        _stored += bytes.Length;
        while (bytes.Length > 0)
        {
            if (_filled == ContentStore.ChunkSize)
            {
                FlushChunk();
            }

            Grow(bytes.Length);
            var part = bytes[..Math.Min(bytes.Length, Math.Min(_chunk.Length, ContentStore.ChunkSize) - _filled)];
            part.CopyTo(_chunk.AsSpan(_filled));
            _filled += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private void Grow(int more)
    {
        if (_filled + more > _chunk.Length && _chunk.Length < ContentStore.ChunkSize)
        {
            _chunk = SharedArrays.Grow(_chunk, _filled, Math.Min(ContentStore.ChunkSize, _filled + more));
        }
    }

    private void FlushChunk()
    {
        if (_blob == 0)
        {
            _blob = _core.Contents.NextBlob();
            _core.Contents.ListUpload(_blob);
        }

        _core.Contents.WriteChunk(_blob, _chunks++, _chunk.AsSpan(0, _filled));
        _filled = 0;
    }

    /// <summary>Receives the compressor's output.</summary>
    private sealed class ChunkStream(ContentUpload upload) : WriteStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => upload.Store(buffer);
    }
}
