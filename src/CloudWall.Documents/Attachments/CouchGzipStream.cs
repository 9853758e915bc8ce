using System.Buffers.Binary;
using System.IO.Hashing;
using CloudWall.Documents.Attachments.Deflate;
using CloudWall.Documents.Buffers;

namespace CloudWall.Documents.Attachments;

/// <summary>
/// Compresses attachments to exactly the bytes that CouchDB stores. Their MD5 enters the revision hash, so they must match zlib's output,
/// which differs from the framework's. Write-only; disposal completes the gzip and leaves the output open. Memory use is constant.
/// </summary>
public sealed class CouchGzipStream : WriteStream
{
    /// <summary>CouchDB's default <c>[attachments] compression_level</c>.</summary>
    public const int DefaultLevel = 8;

    private readonly Stream _output;
    private readonly Deflater _deflater;
    private readonly Crc32 _crc = new();
    private uint _length;
    private bool _finished;

    /// <summary>Creates a compressor over an output stream.</summary>
    /// <param name="output">The output.</param>
    /// <param name="level">zlib's level, 1 (fastest) to 9 (smallest).</param>
    public CouchGzipStream(Stream output, int level = DefaultLevel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 9);
        _output = output;
        _deflater = new Deflater(output, level);

        // RFC 1952: no name, no time, Unix. zlib records the effort only for its extreme levels.
        var effort = level switch
        {
            1 => (byte)4,
            9 => (byte)2,
            _ => (byte)0,
        };
        output.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, effort, 3]);
    }

    /// <summary>Compresses bytes in memory.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> data, int level = DefaultLevel)
    {
        using var output = new MemoryStream();
        using (var gzip = new CouchGzipStream(output, level))
        {
            gzip.Write(data);
        }

        return output.ToArray();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _crc.Append(buffer);
        _length += (uint)buffer.Length;
        _deflater.Write(buffer);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_finished)
        {
            _finished = true;
            _deflater.Finish();
            Span<byte> trailer = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc.GetCurrentHashAsUInt32());
            BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
            _output.Write(trailer);
        }

        base.Dispose(disposing);
    }
}
