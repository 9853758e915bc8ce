using CloudWall.Documents.Multipart;

namespace CloudWall.Documents.Tests.Multipart;

/// <summary>Bytes in pieces of given lengths, over and over. Each piece is overwritten when the next is asked for.</summary>
internal sealed class PiecewiseSource(byte[] bytes, params int[] lengths) : IByteSource
{
    private int _at;
    private int _piece;
    private byte[] _last = [];

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation)
    {
        Array.Fill(_last, (byte)'!');
        var length = Math.Min(Math.Max(1, lengths[_piece++ % lengths.Length]), bytes.Length - _at);
        _last = bytes.AsSpan(_at, length).ToArray();
        _at += length;
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(_last);
    }
}
