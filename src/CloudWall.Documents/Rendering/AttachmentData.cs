using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>Reads attachments for a document's JSON in bounded memory.</summary>
public static class AttachmentData
{
    private const int PieceSize = 16 * 1024;

    /// <summary>
    /// Finds an attachment that cannot be decompressed, before a document is written with its data: after the first part was sent, the
    /// whole answer would have to fail.
    /// </summary>
    /// <returns>The error, or null.</returns>
    public static async ValueTask<DocumentError?> FindDamageAsync(
        Database database,
        DocumentRecord record,
        RevisionId revision,
        StoredRevision stored,
        DocumentOptions options,
        CancellationToken cancellation)
    {
        long? since = null;
        foreach (var attachment in stored.Attachments)
        {
            if (attachment.Encoding == ContentEncoding.Gzip
                && attachment.RevisionPosition > (since ??= DocumentWriter.AttachmentsBase(database, record, revision, options))
                && !await database.IsSoundAsync(attachment, cancellation))
            {
                return NotGzip(attachment.Name, 500, "data_error");
            }
        }

        return null;
    }

    /// <summary>The error of an attachment that cannot be decompressed.</summary>
    public static DocumentError NotGzip(string name, int status, string error) =>
        new(status, error, $"The content of attachment {name} is not properly gzipped.");

    /// <summary>Writes the decompressed bytes in base64.</summary>
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

    /// <summary>Opens the decompressed bytes of an attachment. Reads fail if the stored bytes cannot be decompressed.</summary>
    public static Stream OpenDecoded(Database database, AttachmentInfo attachment, CancellationToken cancellation)
    {
        var stored = new ContentStream(database.ReadContentAsync(attachment, 0, attachment.StoredLength, cancellation));
        return attachment.Encoding == ContentEncoding.Gzip ? new GZipStream(stored, CompressionMode.Decompress) : stored;
    }
}
