using System.Text;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;
using CloudWall.Server.Http.Negotiation;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// <c>POST /{db}/_bulk_get</c> (CouchDB's documentation: "Bulk API"): revisions of many documents, as JSON or multipart.
/// </summary>
internal sealed class BulkGet(RequestMetrics metrics)
{
    private static readonly string[] NotAcceptable = ["open_revs", "new_edits", "w", "rev", "atts_since"];

    /// <summary>Sends the documents.</summary>
    public async Task Post(Exchange exchange)
    {
        metrics.CountBulk();
        exchange.RequireJson();
        using var body = await exchange.ReadJsonAsync();
        var items = BulkGetItem.ReadAll(body.Span, exchange.Database.Limits);
        foreach (var (name, _) in exchange.Query)
        {
            if (NotAcceptable.Contains(name))
            {
                throw HttpErrors.BadRequest($"\"{name}\" query parameter is not acceptable");
            }
        }

        var query = DocumentQuery.Parse(exchange.Query);
        var accept = exchange.RequestHeaders.Accept;
        var mixed = QualityValues.AcceptsMediaType(accept, "multipart/mixed");
        if (QualityValues.AcceptsMediaType(accept, "application/json")
            || (!mixed && !QualityValues.AcceptsMediaType(accept, "multipart/related")))
        {
            await SendJson(exchange, items, query);
        }
        else
        {
            await SendParts(exchange, items, query, mixed ? "multipart/mixed" : "multipart/related");
        }
    }

    private static async Task SendJson(Exchange exchange, List<BulkGetItem> items, DocumentQuery query)
    {
        using var stream = exchange.BeginStream();
        var output = stream.Buffer;
        output.Raw("{\"results\":["u8);
        var records = new LatestRecord(exchange.Database);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            output.Raw(i == 0 ? "{\"id\":"u8 : ",{\"id\":"u8).Text(item.Id).Raw(",\"docs\":["u8);
            if (item.Error is null)
            {
                await SendJson(exchange, stream, records, item, query);
            }
            else
            {
                output.Raw("{\"error\":"u8);
                WriteError(output, item);
                output.Raw("}"u8);
            }

            output.Raw("]}"u8);
            await stream.FlushIfFullAsync();
        }

        output.Raw("]}\n"u8);
        await stream.CompleteAsync();
    }

    private static async ValueTask SendJson(
        Exchange exchange, ResponseStream stream, LatestRecord records, BulkGetItem item, DocumentQuery query)
    {
        var (record, found, missing) = Select(records, item, query);
        var options = OptionsFor(item, query);
        var output = stream.Buffer;
        var first = true;
        foreach (var revision in found)
        {
            if (DocumentReader.OpenRevision(exchange.Database, record!, revision) is not { } document)
            {
                missing.Add(revision);
                continue;
            }

            using var stored = await stream.RoomForAsync(exchange.Database, document.Record, document.Revision, document.Stored);
            if (stored is null)
            {
                missing.Add(revision);
                continue;
            }

            output.Raw(first ? default : ","u8);
            await OpenRevisions.WriteRowAsync(exchange, stream, document with { Stored = stored }, options);
            await stream.FlushIfFullAsync();
            first = false;
        }

        foreach (var revision in missing)
        {
            output.Raw(first ? "{\"error\":"u8 : ",{\"error\":"u8);
            WriteMissing(output, item.Id!, revision);
            output.Raw("}"u8);
            first = false;
        }

        if (first)
        {
            output.Raw("{\"error\":"u8);
            WriteMissing(output, item.Id!, revision: null);
            output.Raw("}"u8);
        }
    }

    private static async Task SendParts(Exchange exchange, List<BulkGetItem> items, DocumentQuery query, string type)
    {
        byte[] outer = [.. "--"u8, .. Boundary.Create()];
        using var stream = exchange.BeginStream(200, type + "; boundary=\"" + Encoding.ASCII.GetString(outer) + "\"");
        var output = stream.Buffer;
        var records = new LatestRecord(exchange.Database);
        foreach (var item in items)
        {
            if (item.Error is null)
            {
                await SendParts(exchange, stream, records, item, query, outer);
            }
            else
            {
                BeginError(output, outer);
                WriteError(output, item);
            }

            await stream.FlushIfFullAsync();
        }

        if (items.Count > 0)
        {
            RelatedDocument.WriteBoundary(output, outer);
            output.Raw("--\r\n"u8);
        }

        await stream.FlushAsync();
    }

    private static async ValueTask SendParts(
        Exchange exchange, ResponseStream stream, LatestRecord records, BulkGetItem item, DocumentQuery query, byte[] outer)
    {
        var (record, found, missing) = Select(records, item, query);
        var options = OptionsFor(item, query);
        var output = stream.Buffer;
        byte[] inner = [.. "--"u8, .. Boundary.Create()];
        var any = false;
        foreach (var revision in found)
        {
            if (DocumentReader.OpenRevision(exchange.Database, record!, revision) is not { } document)
            {
                missing.Add(revision);
                continue;
            }

            using var stored = await stream.RoomForAsync(exchange.Database, document.Record, document.Revision, document.Stored);
            if (stored is null)
            {
                missing.Add(revision);
                continue;
            }

            using (var parts = new DocumentParts(exchange.Database, document with { Stored = stored }, options, inner))
            {
                stored.Dispose();
                RelatedDocument.WriteBoundary(output, outer);
                WritePartHeaders(output, document, parts, inner);
                await parts.WriteAsync(stream, exchange.Aborted);
                any = true;
            }
        }

        foreach (var revision in missing)
        {
            BeginError(output, outer);
            output.Raw("{\"rev\":"u8);
            output.Revision(revision);
            output.Raw(",\"error\":\"not_found\",\"reason\":\"missing\"}"u8);
            any = true;
        }

        if (!any)
        {
            BeginError(output, outer);
            WriteMissing(output, item.Id!, revision: null);
        }
    }

    private static void WritePartHeaders(JsonBuffer output, OpenedDocument document, DocumentParts parts, byte[] inner)
    {
        if (!parts.HasParts)
        {
            output.Raw("\r\nContent-Type: application/json\r\n\r\n"u8);
            return;
        }

        output.Raw("\r\nX-Doc-Id: "u8).Raw(Encoding.UTF8.GetBytes(OneLine(document.Record.Id)));
        output.Raw("\r\nX-Rev-Id: "u8).Raw(Encoding.UTF8.GetBytes(OneLine(document.Revision.ToString())));
        output.Raw("\r\nContent-Type: multipart/related; boundary="u8).Raw(inner).Raw("\r\n\r\n"u8);
    }

    private static void BeginError(JsonBuffer output, byte[] outer)
    {
        RelatedDocument.WriteBoundary(output, outer);
        output.Raw("\r\nContent-Type: application/json; error=\"true\"\r\n\r\n"u8);
    }

    private static void WriteMissing(JsonBuffer output, string id, RevisionId? revision)
    {
        output.Raw("{\"rev\":"u8);
        if (revision is { } named)
        {
            output.Revision(named);
        }
        else
        {
            output.Raw("\"undefined\""u8);
        }

        output.Raw(",\"reason\":\"missing\",\"id\":"u8).Text(id).Raw(",\"error\":\"not_found\"}"u8);
    }

    private static void WriteError(JsonBuffer output, BulkGetItem item) => output
        .Raw("{\"rev\":"u8).Raw(item.WrongRevision ?? "null"u8.ToArray())
        .Raw(",\"reason\":"u8).Text(item.Error!.Reason)
        .Raw(",\"id\":"u8).Text(item.Id)
        .Raw(",\"error\":"u8).Text(item.Error.Error)
        .Raw("}"u8);

    private static (DocumentRecord? Record, List<RevisionId> Found, List<RevisionId> Missing) Select(
        LatestRecord records, BulkGetItem item, DocumentQuery query)
    {
        var record = records.Find(item.Id!);
        var found = new List<RevisionId>();
        var missing = new List<RevisionId>();
        DocumentReader.Select(records.Database, record, item.Revision is { } revision ? [revision] : null, query.Latest, found, missing);
        return (record, found, missing);
    }

    private static DocumentOptions OptionsFor(BulkGetItem item, DocumentQuery query) =>
        (query.Options with { AttachmentsSince = item.AttachmentsSince }).Without(DocumentMembers.Meta);

    private static string OneLine(string text) => text.AsSpan().ContainsAny('\r', '\n')
        ? text.Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)
        : text;
}
