using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Multipart;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Attachments;

/// <summary><c>PUT</c> and <c>DELETE /{db}/{docid}/{attname}</c> (CouchDB's documentation: "Attachments").</summary>
internal static class AttachmentUpdate
{
    private static readonly DocumentError MissingRevision = new(409, "not_found", "missing_rev");

    /// <summary>Stores the body as an attachment; makes the document where no revision is named.</summary>
    public static async Task Put(Exchange exchange)
    {
        var name = NameOf(exchange);
        var contentType = exchange.RequestHeaders.TryGetValue("Content-Type", out var type) ? type.ToString() : "application/octet-stream";
        var encoding = EncodingOf(exchange);
        var revision = RequestedRevision.Resolve(exchange, null);
        var id = revision is null ? exchange.Path.NewId : KnownId(exchange);
        if (LocalDocumentResource.IsLocal(id))
        {
            // As where its slash is not escaped.
            await LocalDocumentResource.RefuseAttachment(exchange);
        }

        ParsedDocument document;
        var attachments = new List<AttachmentWrite>();
        if (revision is { } named)
        {
            using var stored = Open(exchange.Database, id, named);
            document = Parsed(exchange.Database, stored);
            attachments.AddRange(Others(stored, name));
        }
        else
        {
            DocumentParser.ValidateId(id, exchange.Database.Limits);
            document = SingleWrite.Empty();
        }

        var max = exchange.Database.Limits.MaxAttachmentSize;
        if (exchange.ContentLength > max)
        {
            throw new DocumentException(new DocumentError(413, "attachment_too_large", name));
        }

        await using var upload = exchange.Database.BeginUpload(contentType, encoding);
        using var source = new PipeByteSource(exchange.BodyReader);
        var content = await AttachmentIntake.ReceiveAsync(
            exchange, name, upload, source, exchange.ContentLength, digest: null);
        AttachmentIntake.RequireSound(name, encoding, content);
        attachments.Insert(0, new AttachmentWrite(name, contentType, content));
        var write = new DocumentWrite(id, document, attachments) { Parent = revision ?? default };
        var written = await SingleWrite.RunAsync(exchange, write);
        await DocumentAnswer.Written(exchange, 201, id, written, DocumentLocation.Of(exchange, id, name), etag: false);
    }

    /// <summary>Removes an attachment from its document.</summary>
    public static async Task Delete(Exchange exchange)
    {
        var name = NameOf(exchange);
        var revision = RequestedRevision.Resolve(exchange, null);
        var id = revision is null ? exchange.Path.Id : KnownId(exchange);
        var database = exchange.Database;
        if (revision is not { } named)
        {
            using var current = DocumentReader.OpenWinner(database, id);
            current.Stored.Attachments.Find(name);
            throw new DocumentException(DocumentError.Conflict);
        }

        DocumentWrite write;
        using (var stored = Open(database, id, named))
        {
            stored.Stored.Attachments.Find(name);
            write = new DocumentWrite(id, Parsed(database, stored), Others(stored, name)) { Parent = named };
        }

        var written = await SingleWrite.RunAsync(exchange, write);
        await DocumentAnswer.Written(exchange, 200, id, written, location: null, etag: false);
    }

    private static string NameOf(Exchange exchange)
    {
        var name = exchange.Path.AttachmentName!;
        DocumentParser.ValidateAttachmentName(name);
        return exchange.Path.IsAttachmentUtf8 ? name : throw HttpErrors.BadRequest("Attachment name is not UTF-8 encoded");
    }

    /// <summary>The id of a document of which a revision is named.</summary>
    private static string KnownId(Exchange exchange) =>
        exchange.Path.IsUtf8 ? exchange.Path.Id : throw new DocumentException(MissingRevision);

    private static ContentEncoding EncodingOf(Exchange exchange) =>
        exchange.RequestHeaders.ContentEncoding.ToString().Trim().ToLowerInvariant() switch
        {
            "" or "identity" => ContentEncoding.Identity,
            "gzip" => ContentEncoding.Gzip,
            _ => throw HttpErrors.BadContentType("Only gzip and identity content-encodings are supported"),
        };

    private static OpenedDocument Open(Database database, string id, RevisionId revision) =>
        DocumentReader.OpenRevision(database, id, revision) ?? throw new DocumentException(MissingRevision);

    private static ParsedDocument Parsed(Database database, OpenedDocument stored) => new()
    {
        Deleted = History.IsDeleted(database, stored.Record, stored.Revision),
        Body = stored.Stored.Body.ToArray(),
        Term = JsonNormalForm.ToTerm(stored.Stored.Body.Span),
    };

    /// <summary>The attachments that stay.</summary>
    private static List<AttachmentWrite> Others(OpenedDocument stored, string name)
    {
        var others = new List<AttachmentWrite>(stored.Stored.Attachments.Count);
        foreach (var attachment in stored.Stored.Attachments)
        {
            if (attachment.Name != name)
            {
                others.Add(AttachmentWrite.Of(attachment));
            }
        }

        return others;
    }
}
