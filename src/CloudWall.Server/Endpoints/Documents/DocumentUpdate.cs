using CloudWall.Access;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Node.Logging;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// <c>PUT</c> and <c>DELETE /{db}/{docid}</c>, <c>POST /{db}</c> (CouchDB's documentation: "Documents", "Databases").
/// </summary>
internal static class DocumentUpdate
{
    private static readonly byte[] EmptyTerm = JsonNormalForm.ToTerm("{}"u8);

    /// <summary>Writes a document under the id in the path.</summary>
    public static async Task Put(Exchange exchange)
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

        DocumentReader.OpenWinner(exchange.Database, id).Dispose();
        DocumentParser.ValidateId(id, exchange.Database.Limits);
        var write = new DocumentWrite(id, Deletion(), [])
        {
            Parent = RequestedRevision.Resolve(exchange, null) ?? default,
        };
        var revision = await WriteOne(exchange, write, WriteMode.Interactive, exchange.Aborted);
        await DocumentAnswer.Written(exchange, 200, id, revision, location: null, etag: true);
    }

    /// <summary><c>POST /{db}</c>: writes a document under its own id, or one that it is given.</summary>
    public static async Task Post(Exchange exchange)
    {
        exchange.RequireJson();
        await using var text = exchange.BeginDocument();
        await exchange.ReadBodyAsync(text);
        var document = await text.ParseAsync();
        text.Drop();

        var id = document.Id ?? exchange.Node.Node.Uuids.Next();
        var parent = document.Id is null ? null : document.Revision;
        var location = DocumentLocation.Of(exchange, id);
        if (LocalDocumentResource.IsLocal(id))
        {
            await LocalDocumentResource.Post(exchange, id, document, parent, location);
            return;
        }

        var attachments = await AttachmentIntake.TakeAsync(exchange, document.Attachments, null, text.Contents);
        var write = new DocumentWrite(id, document, attachments) { Parent = parent ?? default };
        if (IsBatch(exchange))
        {
            WriteLater(exchange, write);
            await DocumentAnswer.Accepted(exchange, id);
            return;
        }

        var revision = await WriteOne(exchange, write, WriteMode.Interactive, exchange.Aborted);
        await DocumentAnswer.Written(exchange, 201, id, revision, location, etag: false);
    }

    /// <summary>Whether the client wants no more than that the document is taken on: <c>batch=ok</c>.</summary>
    public static bool IsBatch(Exchange exchange) => exchange.Query["batch"] == "ok";

    /// <summary>A revision that deletes a document, with nothing in it.</summary>
    public static ParsedDocument Deletion() => new() { Deleted = true, Body = EmptyBody, Term = EmptyTerm };

    /// <summary>A document with nothing in it.</summary>
    public static ParsedDocument Empty() => new() { Body = EmptyBody, Term = EmptyTerm };

    /// <summary>Writes a document, and disposes of what was staged for it.</summary>
    /// <param name="exchange">The request, with the database.</param>
    /// <param name="write">The document.</param>
    /// <param name="mode">An edit, or a replicated revision.</param>
    /// <param name="cancellation">Gives up waiting; what is already on its way is written all the same.</param>
    /// <returns>The new revision.</returns>
    /// <exception cref="DocumentException">It was refused.</exception>
    public static Task<RevisionId> WriteOne(Exchange exchange, DocumentWrite write, WriteMode mode, CancellationToken cancellation) =>
        WriteOne(exchange.Database, exchange.Principal, write, mode, cancellation);

    private static async Task<RevisionId> WriteOne(
        Database database, Principal principal, DocumentWrite write, WriteMode mode, CancellationToken cancellation)
    {
        try
        {
            var writer = principal.Context.Writer(database.Name, WriteWays.Client);
            var outcome = (await database.WriteAsync([write], mode, cancellation, writer))[0];
            return outcome.Error is { } error ? throw new DocumentException(error) : outcome.Revision;
        }
        finally
        {
            write.Dispose();
        }
    }

    private static ReadOnlyMemory<byte> EmptyBody { get; } = "{}"u8.ToArray();

    private static async Task PutParts(Exchange exchange, DocumentQuery query, string id, string type)
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

    private static async Task Write(Exchange exchange, DocumentWrite write, DocumentQuery query, string location)
    {
        if (IsBatch(exchange))
        {
            // CouchDB has forgotten about new_edits by then.
            WriteLater(exchange, write);
            await DocumentAnswer.Accepted(exchange, write.Id);
            return;
        }

        var revision = await WriteOne(exchange, write, query.Replicated ? WriteMode.Replicated : WriteMode.Interactive, exchange.Aborted);
        await DocumentAnswer.Written(exchange, write.Document.Deleted ? 200 : 201, write.Id, revision, location, etag: true);
    }

    /// <summary>
    /// Writes a document without the client waiting for it. A refusal is lost, as the client was told it may be;
    /// <c>_ensure_full_commit</c> and an orderly end wait for the rest.
    /// </summary>
    private static void WriteLater(Exchange exchange, DocumentWrite write)
    {
        exchange.Database.Accept(
            Run(exchange.Node, exchange.RequestId, exchange.Database, exchange.Principal, write, exchange.TakeOverMemory()));

        static async Task Run(NodeServer node, string request, Database database, Principal principal, DocumentWrite write, MemoryShare memory)
        {
            try
            {
                await WriteOne(database, principal, write, WriteMode.Interactive, CancellationToken.None);
            }
            catch (Exception e)
            {
                // Refusals are the client's own affair; what else is lost is not.
                var level = e is DocumentException { Error.Status: < 500 } ? LogLevel.Notice : LogLevel.Error;
                node.Node.Log.Write(level, $"{request} batch=ok: a document was not written: {e.Message}");
            }
            finally
            {
                memory.Dispose();
            }
        }
    }

    private static void RequireRevision(DocumentQuery query, RevisionId? parent)
    {
        if (query.Replicated && parent is null)
        {
            throw HttpErrors.BadRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
        }
    }
}
