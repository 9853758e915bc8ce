using System.Buffers;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Multipart;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents.Receiving;

/// <summary>Reads documents that come in requests.</summary>
internal static class ReceivedDocument
{
    /// <summary>A text for a document of the request's database, at the request's expense.</summary>
    public static DocumentText BeginDocument(this Exchange exchange) =>
        new(exchange.Database, exchange.Memory, exchange.Aborted);

    /// <summary>Reads the whole rest of a part of the body, which is a document.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="parts">The body.</param>
    /// <param name="text">Receives the text, and drops it when it has been read.</param>
    /// <exception cref="DocumentException">400: the body is cut off. 413: the part is too large. 429: no memory is left for it.</exception>
    public static async ValueTask<ParsedDocument> ReadPartAsync(this Exchange exchange, MultipartReader parts, DocumentText text)
    {
        var cancellation = exchange.Aborted;
        var left = exchange.Settings.MaxHttpRequestSize;
        for (var piece = await parts.ReadAsync(cancellation); !piece.IsEmpty; piece = await parts.ReadAsync(cancellation))
        {
            left -= piece.Length;
            if (left < 0)
            {
                throw new DocumentException(HttpErrors.BodyTooLarge);
            }

            await text.TakeAsync(new ReadOnlySequence<byte>(piece));
        }

        var document = await text.ParseAsync();
        text.Drop();
        return document;
    }
}
