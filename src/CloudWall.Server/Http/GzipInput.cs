using CloudWall.Documents.Buffers;

namespace CloudWall.Server.Http;

/// <summary>
/// The compressed side of a gzip stream that is unpacked. The framework's decompressor drops bytes after the end of the compressed data
/// without a word, but reads on to the end of its input only where there are none: that tells.
/// </summary>
/// <param name="inner">The compressed bytes.</param>
internal sealed class GzipInput(Stream inner) : ReadStream
{
    private bool _hasBytes;
    private bool _hasEnded;

    /// <summary>Whether all that came was gzip, once the decompressor is done.</summary>
    public bool IsWhole => _hasBytes && _hasEnded;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _hasBytes |= read > 0;
        _hasEnded |= read == 0;
        return read;
    }
}
