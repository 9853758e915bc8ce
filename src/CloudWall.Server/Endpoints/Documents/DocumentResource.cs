using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;
using CloudWall.Server.Http.Negotiation;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary><c>GET /{db}/{docid}</c> (CouchDB's documentation: "Documents").</summary>
internal static class DocumentResource
{
    /// <summary>Shows a document.</summary>
    public static Task Show(Exchange exchange)
    {
        if (exchange.PublicFields is { } fields)
        {
            return PublicUser.Show(exchange, fields);
        }

        if (exchange.Database.Options.Partitioned && exchange.Path.IsUtf8)
        {
            DocumentParser.ValidateId(exchange.Path.Id, exchange.Database.Limits);
        }

        var query = DocumentQuery.Parse(exchange.Query);
        if (!exchange.Path.IsUtf8 && !query.OpenAll && query.OpenRevisions is { Count: > 0 })
        {
            return OpenRevisions.Show(exchange, id: null, query);
        }

        var id = exchange.Path.Id;
        if (LocalDocumentResource.IsLocal(id))
        {
            return LocalDocumentResource.Show(exchange, id, query);
        }

        if (query.OpenAll || query.OpenRevisions is { Count: > 0 })
        {
            return OpenRevisions.Show(exchange, id, query);
        }

        var database = exchange.Database;
        var options = query.Options;
        OpenedDocument document;
        if (query.Revision is { } revision && !query.Latest)
        {
            document = DocumentReader.OpenRevision(database, id, revision) ?? throw new DocumentException(DocumentError.Missing);
            options = options.Without(DocumentMembers.Meta);
        }
        else
        {
            document = DocumentReader.OpenWinner(database, id, query.DeletedToo);
        }

        if (options.AttachmentsSince is not null)
        {
            options = options.With(DocumentMembers.AttachmentData);
        }

        return document.Stored.Attachments.Count > 0 && options.Any(DocumentMembers.AttachmentData)
            ? ShowWithAttachments(exchange, document, options)
            : ShowJson(exchange, document, options);
    }

    private static Task ShowJson(Exchange exchange, OpenedDocument document, DocumentOptions options)
    {
        var length = document.Stored.Body.Length + 256;
        if (length > AnswerMemory.Free)
        {
            return ShowLargeJson(exchange, document, options);
        }

        using (document)
        {
            if (AnswerIfFresh(exchange, document, options) is { } fresh)
            {
                return fresh;
            }

            using var json = new JsonBuffer(length);
            DocumentWriter.Write(json, exchange.Database, document.Record, document.Revision, document.Stored, options);
            return exchange.WriteJsonAsync(200, json);
        }
    }

    private static async Task ShowLargeJson(Exchange exchange, OpenedDocument document, DocumentOptions options)
    {
        using var opened = document;
        if (AnswerIfFresh(exchange, document, options) is { } fresh)
        {
            await fresh;
            return;
        }

        using var json = new JsonBuffer();
        using (var stored = await exchange.RoomForAsync(document.Record, document.Revision, document.Stored))
        {
            DocumentWriter.Write(json, exchange.Database, document.Record, document.Revision, stored, options);
        }

        await exchange.WriteLargeJsonAsync(200, json.WrittenMemory);
    }

    private static async Task ShowWithAttachments(Exchange exchange, OpenedDocument document, DocumentOptions options)
    {
        using var opened = document;
        if (AnswerIfFresh(exchange, document, options) is { } fresh)
        {
            await fresh;
            return;
        }

        using var stored = await exchange.RoomForAsync(document.Record, document.Revision, document.Stored);
        document = document with { Stored = stored };
        if (QualityValues.AcceptsMediaType(exchange.RequestHeaders.Accept, "multipart/related"))
        {
            using var parts = new DocumentParts(exchange.Database, document, options, Boundary.Create());
            exchange.SetLength(parts.Length);
            using var body = exchange.BeginStream(200, parts.ContentType);
            await parts.WriteAsync(body, exchange.Aborted);
            await body.FlushAsync();
            return;
        }

        var damage = await AttachmentData.FindDamageAsync(
            exchange.Database, document.Record, document.Revision, stored, options, exchange.Aborted);
        if (damage is not null)
        {
            throw new DocumentException(damage);
        }

        using var stream = exchange.BeginStream();
        await DocumentWriter.WriteWithDataAsync(
            stream, exchange.Database, document.Record, document.Revision, stored, options, exchange.Aborted);
        stream.Buffer.Raw("\n"u8);
        await stream.CompleteAsync();
    }

    private static Task? AnswerIfFresh(Exchange exchange, OpenedDocument document, DocumentOptions options)
    {
        if (HasMeta(document.Record, options))
        {
            return null;
        }

        var etag = EntityTag.Of(document.Revision);
        if (exchange.IsFresh(etag))
        {
            return exchange.WriteNotModifiedAsync(etag);
        }

        exchange.Headers.ETag = etag;
        return null;
    }

    /// <summary>Whether the answer shows what may change without the revision changing.</summary>
    private static bool HasMeta(DocumentRecord record, DocumentOptions options)
    {
        if (options.Any(DocumentMembers.RevisionsInfo | DocumentMembers.LocalSequence))
        {
            return true;
        }

        if (options.Any(DocumentMembers.Meta))
        {
            foreach (var leaf in record.Tree.Leaves)
            {
                if (leaf.Revision != record.Winner.Revision
                    && options.Any(leaf.IsDeleted ? DocumentMembers.DeletedConflicts : DocumentMembers.Conflicts))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
