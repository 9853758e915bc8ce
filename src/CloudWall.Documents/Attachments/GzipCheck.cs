using System.Buffers;
using System.IO.Compression;

namespace CloudWall.Documents.Attachments;

/// <summary>Checks whether bytes declared as gzip can be decompressed.</summary>
internal static class GzipCheck
{
    private const int PieceSize = 16 << 10;

    /// <summary>Decompresses bytes and discards the output.</summary>
    /// <param name="packed">The bytes. Trailing data is ignored, because readers stop at the end of the compressed data.</param>
    /// <param name="most">The output length after which the check ends successfully: a few bytes may decompress to any length.</param>
    /// <param name="cancellation">Cancels the check.</param>
    /// <returns>Whether the bytes can be decompressed up to that length.</returns>
    public static async ValueTask<bool> PassesAsync(Stream packed, long most, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            int read;
            for (long length = 0; length <= most && (read = await unpacked.ReadAsync(piece, cancellation)) > 0; length += read)
            {
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
