namespace CloudWall.Documents.Attachments;

/// <summary>
/// Compresses attachments to the bytes that CouchDB stores. Their MD5 goes into the revision, so they must be zlib's own, which the
/// framework's gzip does not give. Write-only; the gzip is complete when it is disposed. What it writes to stays open.
/// </summary>
public sealed class CouchGzipStream : Stream
{
    /// <summary>CouchDB's default <c>[attachments] compression_level</c>.</summary>
    public const int DefaultLevel = 8;

    /// <summary>Compresses into a stream.</summary>
    /// <param name="output">Where the gzip goes.</param>
    /// <param name="level">zlib's level, 1 (fast) to 9 (small).</param>
    public CouchGzipStream(Stream output, int level = DefaultLevel) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The gzip of some bytes.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> data, int level = DefaultLevel) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
