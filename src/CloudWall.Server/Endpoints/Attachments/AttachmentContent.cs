using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Negotiation;
using CloudWall.Server.Http.Ranges;

namespace CloudWall.Server.Endpoints.Attachments;

/// <summary>
/// <c>GET /{db}/{docid}/{attname}</c> (CouchDB's documentation: "Attachments"): an attachment's bytes, ranges of them, compressed
/// where they are stored so and the client takes it.
/// </summary>
internal static class AttachmentContent
{
    /// <summary>More ranges than these are not worth their headers: all of it is sent.</summary>
    private const int MaxRanges = 9;

    /// <summary>Sends an attachment.</summary>
    public static async Task Show(Exchange exchange)
    {
        var query = DocumentQuery.Parse(exchange.Query);
        var attachment = Find(exchange, query);
        var etag = EntityTag.Of(attachment.Md5.Span);
        var acceptEncoding = exchange.RequestHeaders.AcceptEncoding;
        var gzip = attachment.Encoding == ContentEncoding.Gzip;
        var packed = gzip && QualityValues.AcceptsGzip(acceptEncoding);
        if (!packed && !QualityValues.AcceptsIdentity(acceptEncoding) && !QualityValues.AcceptsGzip(acceptEncoding))
        {
            throw new DocumentException(new DocumentError(406, "not_acceptable", "unacceptable_encoding"));
        }

        if (exchange.IsFresh(etag))
        {
            await exchange.WriteNotModifiedAsync(etag);
            return;
        }

        // Of bytes that came compressed the length before that is not always known: it is then given as that of the bytes.
        long? length = packed ? attachment.StoredLength
            : gzip && attachment.Length == attachment.StoredLength ? null
            : attachment.Length;
        var ranges = length is { } known ? RangeHeader.Resolve(exchange.RequestHeaders.Range, known) : null;
        if (gzip || ranges?.Count > MaxRanges)
        {
            ranges = null;
        }

        if (ranges is not null and not { Count: 1 })
        {
            await SendRanges(exchange, attachment, ranges);
            return;
        }

        var headers = exchange.Headers;
        headers.ETag = etag;
        headers.ContentType = HeaderText.Clean(attachment.ContentType);
        headers.AcceptRanges = gzip ? "none" : "bytes";
        headers.ContentSecurityPolicy = exchange.Settings.ContentPolicies.Attachments;
        if (packed)
        {
            headers.ContentEncoding = "gzip";
        }

        await (ranges is null
            ? SendAll(exchange, attachment, length, packed)
            : SendRange(exchange, attachment, ranges[0]));
    }

    private static AttachmentInfo Find(Exchange exchange, DocumentQuery query)
    {
        var database = exchange.Database;
        var id = exchange.Path.Id;
        using var document = query.Revision is { } revision
            ? DocumentReader.OpenRevision(database, id, revision) ?? throw new DocumentException(DocumentError.Missing)
            : DocumentReader.OpenWinner(database, id, query.DeletedToo);
        return document.Stored.Attachments.Find(exchange.Path.IsAttachmentUtf8 ? exchange.Path.AttachmentName : null);
    }

    private static async Task SendAll(Exchange exchange, AttachmentInfo attachment, long? length, bool packed)
    {
        if (length is { } known)
        {
            exchange.SetLength(known);
        }

        using var stream = exchange.BeginStream(200, exchange.Headers.ContentType!);
        await (packed
            ? AttachmentSender.SendStoredAsync(stream, exchange.Database, attachment, 0, attachment.StoredLength, exchange.Aborted)
            : AttachmentSender.SendDecodedAsync(stream, exchange.Database, attachment, exchange.Aborted));
    }

    private static async Task SendRange(Exchange exchange, AttachmentInfo attachment, ByteRange range)
    {
        exchange.Headers.ContentRange = range.ToContentRange(attachment.Length);
        exchange.SetLength(range.Length);
        using var stream = exchange.BeginStream(206, exchange.Headers.ContentType!);
        await AttachmentSender.SendStoredAsync(stream, exchange.Database, attachment, range.First, range.Length, exchange.Aborted);
    }

    private static async Task SendRanges(Exchange exchange, AttachmentInfo attachment, IReadOnlyList<ByteRange> ranges)
    {
        using var parts = new RangeParts(exchange.BeginStream(206, RangeParts.ContentType(out var boundary)), boundary);
        foreach (var range in ranges)
        {
            parts.Begin(attachment.ContentType, range.ToContentRange(attachment.Length));
            await AttachmentSender.SendStoredAsync(parts.Stream, exchange.Database, attachment, range.First, range.Length, exchange.Aborted);
        }

        await parts.CompleteAsync();
    }
}
