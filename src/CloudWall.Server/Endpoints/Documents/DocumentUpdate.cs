using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Multipart;
using CloudWall.Documents.Revisions;
using CloudWall.Node.Identifiers;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// <c>PUT</c> and <c>DELETE /{db}/{docid}</c>, <c>POST /{db}</c> (CouchDB's documentation: "Documents", "Databases").
/// </summary>
/// <param name="uuids">Makes ids for documents that come without one.</param>
/// <param name="batches">Writes what no client waits for.</param>
internal sealed class DocumentUpdate(UuidGenerator uuids, BatchWrites batches)
{
    /// <summary>Writes a document under the id in the path.</summary>
    public async Task Put(Exchange exchange)
    {
        var query = DocumentQuery.Parse(exchange.Query);
        var id = exchange.Path.NewId;
        DocumentParser.ValidateId(id, exchange.Database.Limits);
        if (exchange.RequestHeaders.ContentType.ToString() is var type && type.StartsWith("multipart/related;", StringComparison.Ordinal))
        {
            await PutParts(exchange, query, id, type);
            return;
        }

        await using var text = exchange.BeginDocument();
        await exchange.ReadBodyAsync(text);
        var document = await text.ParseAsync();
        text.Drop();

        var parent = RequestedRevision.Resolve(exchange, document.Revision);
        RequireRevision(query, parent);
        var location = DocumentLocation.Of(exchange, id);
        if (LocalDocumentResource.IsLocal(id))
        {
            await LocalDocumentResource.Put(exchange, id, document, parent, query.Replicated, location);
            return;
        }

        var attachments = await AttachmentIntake.TakeAsync(exchange, document.Attachments, null, text.Contents);
        await Write(exchange, new DocumentWrite(id, document, attachments) { Parent = parent ?? default }, query, location);
    }

    /// <summary>Deletes the document in the path.</summary>
    public static async Task Delete(Exchange exchange)
    {
        var id = exchange.Path.Id;
        if (LocalDocumentResource.IsLocal(id))
        {
            await LocalDocumentResource.Delete(exchange, id);
            return;
        }

        if (exchange.Database.Options.Partitioned)
        {
            DocumentParser.ValidateId(id, exchange.Database.Limits);
        }

        DocumentReader.OpenWinner(exchange.Database, id).Dispose();
        DocumentParser.ValidateId(id, exchange.Database.Limits);
        var write = new DocumentWrite(id, SingleWrite.Deletion(), [])
        {
            Parent = RequestedRevision.Resolve(exchange, null) ?? default,
        };
        var revision = await SingleWrite.RunAsync(exchange, write);
        await DocumentAnswer.Written(exchange, 200, id, revision, location: null, etag: true);
    }

    /// <summary><c>POST /{db}</c>: writes a document under its own id, or one that it is given.</summary>
    public async Task Post(Exchange exchange)
    {
        exchange.RequireJson();
        await using var text = exchange.BeginDocument();
        await exchange.ReadBodyAsync(text);
        var document = await text.ParseAsync();
        text.Drop();

        var id = document.Id ?? uuids.Next();
        var parent = document.Id is null ? null : document.Revision;
        var location = DocumentLocation.Of(exchange, id);
        if (LocalDocumentResource.IsLocal(id))
        {
            await LocalDocumentResource.Post(exchange, id, document, parent, location);
            return;
        }

        var attachments = await AttachmentIntake.TakeAsync(exchange, document.Attachments, null, text.Contents);
        var write = new DocumentWrite(id, document, attachments) { Parent = parent ?? default };
        if (BatchWrites.AreWanted(exchange))
        {
            batches.Accept(exchange, write);
            await DocumentAnswer.Accepted(exchange, id);
            return;
        }

        var revision = await SingleWrite.RunAsync(exchange, write);
        await DocumentAnswer.Written(exchange, 201, id, revision, location, etag: false);
    }

    private async Task PutParts(Exchange exchange, DocumentQuery query, string id, string type)
    {
        if (exchange.ContentLength > exchange.Settings.MaxHttpRequestSize)
        {
            throw new DocumentException(HttpErrors.BodyTooLarge);
        }

        var cancellation = exchange.Aborted;
        using var source = new PipeByteSource(exchange.BodyReader);
        var parts = new MultipartReader(source, Boundary.Of(HeaderValue.Parse(type)));
        if ((await parts.ReadPartAsync(cancellation))?.ContentType?.Value != "application/json")
        {
            throw HttpErrors.BadContentType("Content-Type must be application/json");
        }

        await using var text = exchange.BeginDocument();
        var document = await exchange.ReadPartAsync(parts, text);

        var parent = RequestedRevision.Resolve(exchange, document.Revision);
        RequireRevision(query, parent);
        var location = DocumentLocation.Of(exchange, id);
        if (LocalDocumentResource.IsLocal(id))
        {
            await LocalDocumentResource.Put(exchange, id, document, parent, query.Replicated, location);
            return;
        }

        var attachments = await AttachmentIntake.TakeAsync(
            exchange, document.Attachments, parts, text.Contents, query.Replicated ? WriteMode.Replicated : WriteMode.Interactive);
        try
        {
            // To the end, so that a request that was cut off writes nothing.
            while (await parts.ReadPartAsync(cancellation) is not null)
            {
            }
        }
        catch
        {
            AttachmentIntake.Drop(attachments);
            throw;
        }

        await Write(exchange, new DocumentWrite(id, document, attachments) { Parent = parent ?? default }, query, location);
    }

    private async Task Write(Exchange exchange, DocumentWrite write, DocumentQuery query, string location)
    {
        if (BatchWrites.AreWanted(exchange))
        {
            // CouchDB has forgotten about new_edits by then.
            batches.Accept(exchange, write);
            await DocumentAnswer.Accepted(exchange, write.Id);
            return;
        }

        var revision = await SingleWrite.RunAsync(exchange, write, query.Replicated ? WriteMode.Replicated : WriteMode.Interactive);
        await DocumentAnswer.Written(exchange, write.Document.Deleted ? 200 : 201, write.Id, revision, location, etag: true);
    }

    private static void RequireRevision(DocumentQuery query, RevisionId? parent)
    {
        if (query.Replicated && parent is null)
        {
            throw HttpErrors.BadRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
        }
    }
}
