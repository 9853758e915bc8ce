namespace CloudWall.Server.Http;

/// <summary>
/// The compressed side of a gzip stream that is unpacked. The framework's decompressor drops bytes after the end of the compressed data
/// without a word, but reads on to the end of its input only where there are none: that tells.
/// </summary>
/// <param name="inner">The compressed bytes.</param>
internal sealed class GzipInput(Stream inner) : Stream
{
    private bool _hasBytes;
    private bool _hasEnded;

    /// <summary>Whether all that came was gzip, once the decompressor is done.</summary>
    public bool IsWhole => _hasBytes && _hasEnded;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _hasBytes |= read > 0;
        _hasEnded |= read == 0;
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
