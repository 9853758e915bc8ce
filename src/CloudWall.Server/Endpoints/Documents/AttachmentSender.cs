using System.Buffers;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>Sends attachments' bytes in bounded memory.</summary>
internal static class AttachmentSender
{
    private const int PieceSize = 16 * 1024;

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
            await using var content = AttachmentData.OpenDecoded(database, attachment, cancellation);
            for (var read = await content.ReadAsync(piece, cancellation); read > 0; read = await content.ReadAsync(piece, cancellation))
            {
                await stream.SendAsync(piece.AsMemory(0, read));
            }
        }
        catch (InvalidDataException)
        {
            throw new DocumentException(AttachmentData.NotGzip(attachment.Name, 500, "data_error"));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
