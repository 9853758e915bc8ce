using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Sends attachments' bytes in bounded memory.</summary>
internal static class AttachmentData
{
    private const int PieceSize = 16 * 1024;

    /// <summary>
    /// Looks for an attachment whose bytes cannot be unpacked, before a document is written with them: once part of it has been sent, the
    /// whole answer would have to fail.
    /// </summary>
    /// <returns>What is wrong, or null.</returns>
    public static async ValueTask<DocumentError?> FindDamageAsync(
        Database database,
        DocumentRecord record,
        RevisionId revision,
        StoredRevision stored,
        DocumentJsonOptions options,
        CancellationToken cancellation)
    {
        long? since = null;
        foreach (var attachment in stored.Attachments)
        {
            if (attachment.Encoding == ContentEncoding.Gzip
                && attachment.RevisionPosition > (since ??= DocumentJson.AttachmentsBase(database, record, revision, options))
                && !await database.IsSoundAsync(attachment, cancellation))
            {
                return NotGzip(attachment.Name, 500, "data_error");
            }
        }

        return null;
    }

    /// <summary>An attachment whose bytes cannot be unpacked.</summary>
    public static DocumentError NotGzip(string name, int status, string error) =>
        new(status, error, $"The content of attachment {name} is not properly gzipped.");

    /// <summary>Sends the bytes as they are stored.</summary>
    public static async ValueTask SendStoredAsync(
        ResponseStream stream, Database database, AttachmentInfo attachment, long offset, long length, CancellationToken cancellation)
    {
        await foreach (var chunk in database.ReadContentAsync(attachment, offset, length, cancellation))
        {
            await stream.SendAsync(chunk);
        }
    }

    /// <summary>Sends the bytes as the client gave them: compressed ones are unpacked.</summary>
    public static async ValueTask SendDecodedAsync(
        ResponseStream stream, Database database, AttachmentInfo attachment, CancellationToken cancellation)
    {
        if (attachment.Encoding == ContentEncoding.Identity)
        {
            await SendStoredAsync(stream, database, attachment, 0, attachment.StoredLength, cancellation);
            return;
        }

        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            await using var content = OpenDecoded(database, attachment, cancellation);
            for (var read = await content.ReadAsync(piece, cancellation); read > 0; read = await content.ReadAsync(piece, cancellation))
            {
                await stream.SendAsync(piece.AsMemory(0, read));
            }
        }
        catch (InvalidDataException)
        {
            throw new DocumentException(NotGzip(attachment.Name, 500, "data_error"));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Writes the bytes, unpacked, in base64.</summary>
    public static async ValueTask WriteBase64Async(
        IJsonOutput output, Database database, AttachmentInfo attachment, CancellationToken cancellation)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceSize);
        try
        {
            await using var content = OpenDecoded(database, attachment, cancellation);
            for (int filled = 0, read = 1; read > 0;)
            {
                read = await content.ReadAsync(piece.AsMemory(filled, PieceSize - filled), cancellation);
                filled += read;
                Base64.EncodeToUtf8(
                    piece.AsSpan(0, filled),
                    output.Buffer.GetSpan(Base64.GetMaxEncodedToUtf8Length(filled)),
                    out var consumed,
                    out var written,
                    isFinalBlock: read == 0);
                output.Buffer.Advance(written);
                piece.AsSpan(consumed, filled - consumed).CopyTo(piece);
                filled -= consumed;
                await output.FlushIfFullAsync();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static Stream OpenDecoded(Database database, AttachmentInfo attachment, CancellationToken cancellation)
    {
        var stored = new ContentStream(database.ReadContentAsync(attachment, 0, attachment.StoredLength, cancellation));
        return attachment.Encoding == ContentEncoding.Gzip ? new GZipStream(stored, CompressionMode.Decompress) : stored;
    }
}
