using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;
using CloudWall.Server.Http.Negotiation;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// <c>GET /{db}/{docid}?open_revs=…</c>: several revisions of a document, as JSON or as multipart/mixed with their attachments.
/// In order of revisions, those that are missing last.
/// </summary>
internal static class OpenRevisions
{
    /// <summary>Shows the revisions.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="id">The document; null for one that cannot be.</param>
    /// <param name="query">Which revisions.</param>
    public static async Task Show(Exchange exchange, string? id, DocumentQuery query)
    {
        var database = exchange.Database;
        var record = id is null ? null : database.Find(id);
        if (record is null && query.OpenAll)
        {
            throw new DocumentException(DocumentError.Missing);
        }

        var found = new List<RevisionId>();
        var missing = new List<RevisionId>();
        DocumentReader.Select(database, record, query.OpenAll ? null : query.OpenRevisions, query.Latest, found, missing);
        SortDistinct(found);
        if (record is not null)
        {
            // Known, but their bodies are not stored: CouchDB calls them missing too.
            var unavailable = found.FindAll(revision => !database.IsAvailable(record.Id, revision)).ToHashSet();
            found.RemoveAll(unavailable.Contains);
            missing.AddRange(unavailable);
        }

        SortDistinct(missing);
        var options = query.Options.Without(DocumentMembers.Meta);
        if (QualityValues.AcceptsMediaType(exchange.RequestHeaders.Accept, "multipart/mixed"))
        {
            await ShowParts(exchange, record, found, missing, options);
        }
        else
        {
            await ShowJson(exchange, record, found, missing, options);
        }
    }

    private static async Task ShowJson(
        Exchange exchange, DocumentRecord? record, List<RevisionId> found, List<RevisionId> missing, DocumentOptions options)
    {
        using var stream = exchange.BeginStream();
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

            stream.Buffer.Raw(first ? "["u8 : ","u8);
            await WriteRowAsync(exchange, stream, document with { Stored = stored }, options);
            first = false;
            await stream.FlushIfFullAsync();
        }

        foreach (var revision in missing)
        {
            stream.Buffer.Raw(first ? "["u8 : ","u8).Raw("{\"missing\":"u8);
            stream.Buffer.Revision(revision);
            stream.Buffer.Raw("}"u8);
            first = false;
        }

        stream.Buffer.Raw(first ? "[]\n"u8 : "]\n"u8);
        await stream.CompleteAsync();
    }

    /// <summary>
    /// Writes a document as <c>{"ok":…}</c>, with its attachments' bytes where they are asked for; as <c>{"error":…}</c> where those cannot
    /// be unpacked. There must be room for it; its body is given back before the row is sent.
    /// </summary>
    public static ValueTask WriteRowAsync(Exchange exchange, ResponseStream stream, OpenedDocument document, DocumentOptions options)
    {
        if (document.Stored.Attachments.Count > 0
            && (options.Any(DocumentMembers.AttachmentData) || options.AttachmentsSince is not null))
        {
            return WriteWithDataAsync(exchange, stream, document, options);
        }

        stream.Buffer.Raw("{\"ok\":"u8);
        DocumentWriter.Write(stream.Buffer, exchange.Database, document.Record, document.Revision, document.Stored, options);
        document.Dispose();
        stream.Buffer.Raw("}"u8);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask WriteWithDataAsync(
        Exchange exchange, ResponseStream stream, OpenedDocument document, DocumentOptions options)
    {
        var (database, record, revision, stored) = (exchange.Database, document.Record, document.Revision, document.Stored);
        if (await AttachmentData.FindDamageAsync(database, record, revision, stored, options, exchange.Aborted) is { } damage)
        {
            stream.Buffer.Raw("{\"error\":{\"id\":"u8).Text(record.Id)
                .Raw(",\"rev\":"u8).Revision(revision)
                .Raw(","u8).Failure(damage)
                .Raw("}}"u8);
            return;
        }

        stream.Buffer.Raw("{\"ok\":"u8);
        await DocumentWriter.WriteWithDataAsync(stream, database, record, revision, stored, options, exchange.Aborted);
        stream.Buffer.Raw("}"u8);
    }

    private static async Task ShowParts(
        Exchange exchange, DocumentRecord? record, List<RevisionId> found, List<RevisionId> missing, DocumentOptions options)
    {
        var outer = Boundary.Create();
        var inner = Boundary.Create();
        using var stream = exchange.BeginStream(200, "multipart/mixed; boundary=\"" + Encoding.ASCII.GetString(outer) + "\"");
        var output = stream.Buffer;
        output.Raw("--"u8).Raw(outer);
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
                output.Raw("\r\nContent-Type: "u8).Raw(Encoding.ASCII.GetBytes(parts.ContentType)).Raw("\r\n\r\n"u8);
                await parts.WriteAsync(stream, exchange.Aborted);
            }

            RelatedDocument.WriteBoundary(output, outer);
        }

        foreach (var revision in missing)
        {
            output.Raw("\r\nContent-Type: application/json; error=\"true\"\r\n\r\n{\"missing\":"u8);
            output.Revision(revision);
            output.Raw("}"u8);
            RelatedDocument.WriteBoundary(output, outer);
        }

        RelatedDocument.WriteEnd(output);
        await stream.FlushAsync();
    }

    private static void SortDistinct(List<RevisionId> revisions)
    {
        revisions.Sort();
        var kept = 0;
        for (var i = 0; i < revisions.Count; i++)
        {
            if (i == 0 || revisions[i] != revisions[i - 1])
            {
                revisions[kept++] = revisions[i];
            }
        }

        revisions.RemoveRange(kept, revisions.Count - kept);
    }
}
