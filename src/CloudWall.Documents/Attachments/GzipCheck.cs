using System.Buffers;
using System.IO.Compression;

namespace CloudWall.Documents.Attachments;

/// <summary>Finds out whether bytes that are said to be gzip can be unpacked.</summary>
internal static class GzipCheck
{
    private const int PieceSize = 16 << 10;

    /// <summary>Unpacks bytes and drops what comes out.</summary>
    /// <param name="packed">The bytes. What follows the end of the compressed data does not matter: readers stop there.</param>
    /// <param name="most">How many bytes may come out before the rest is taken on trust: a few bytes may unpack to any number.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether they can be unpacked as far as that.</returns>
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
