using CloudWall.Documents.Buffers;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Attachments;

/// <summary>
/// Temporary bytes in the store, for a request that does not fit into memory; written once, then read from the beginning. They are removed
/// on disposal or at the next start.
/// </summary>
public sealed class Spool : IDisposable
{
    private readonly DatabaseCore _core;
    private byte[] _chunk = SharedArrays.Rent<byte>(ContentStore.ChunkSize);
    private int _filled;
    private uint _chunks;
    private long _blob;
    private long _length;

    internal Spool(DatabaseCore core) => _core = core;

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, ContentStore.ChunkSize - _filled);
            bytes[..count].CopyTo(_chunk.AsSpan(_filled));
            bytes = bytes[count..];
            _filled += count;
            if (_filled == ContentStore.ChunkSize)
            {
                Flush();
            }
        }
    }

    /// <summary>Reads all bytes. No more can be written afterwards.</summary>
    public Stream OpenRead(CancellationToken cancellation)
    {
        if (_filled > 0)
        {
            Flush();
        }

        return new ContentStream(_core.Contents.ReadUploadAsync(_blob, _chunks, cancellation));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        SharedArrays.Return(_chunk);
        _chunk = [];
        if (_blob != 0)
        {
            _core.Contents.Abandon(_blob, _length);
            _blob = 0;
        }
    }

    private void Flush()
    {
        if (_blob == 0)
        {
            _blob = _core.Contents.NextBlob();
            _core.Contents.ListUpload(_blob);
        }

        _core.Contents.WriteChunk(_blob, _chunks++, _chunk.AsSpan(0, _filled));
        _filled = 0;
    }
}
