using System.Text;
using System.Text.Unicode;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary><c>COPY /{db}/{docid}</c> (CouchDB's documentation: "Documents", "Copying a Document").</summary>
internal static class DocumentCopy
{
    /// <summary>Copies a document to the id that <c>Destination</c> names, over the revision that it names there.</summary>
    public static async Task Copy(Exchange exchange)
    {
        var revision = RequestedRevision.Resolve(exchange, null);
        var (target, targetRevision) = ParseDestination(exchange);
        DocumentParser.ValidateId(target, exchange.Database.Limits);

        var (document, attachments) = Read(exchange.Database, exchange.Path.Id, revision);
        RevisionId written;
        if (LocalDocumentResource.IsLocal(target))
        {
            written = await LocalDocumentResource.Write(exchange, target, document, targetRevision);
        }
        else
        {
            var write = new DocumentWrite(target, document, attachments) { Parent = targetRevision ?? default };
            written = await SingleWrite.RunAsync(exchange, write);
        }

        await DocumentAnswer.Written(exchange, 201, target, written, DocumentLocation.Of(exchange, target), etag: true);
    }

    private static (ParsedDocument Document, IReadOnlyList<AttachmentWrite> Attachments) Read(
        Database database, string source, RevisionId? revision)
    {
        if (LocalDocumentResource.IsLocal(source))
        {
            using var local = (revision is null ? database.FindLocal(source) : null) ?? throw new DocumentException(DocumentError.Missing);
            return (Parsed(local.Body.Span, deleted: false), []);
        }

        using var opened = revision is { } named
            ? DocumentReader.OpenRevision(database, source, named) ?? throw new DocumentException(DocumentError.Missing)
            : DocumentReader.OpenWinner(database, source);
        var attachments = new List<AttachmentWrite>(opened.Stored.Attachments.Count);
        foreach (var attachment in opened.Stored.Attachments)
        {
            attachments.Add(AttachmentWrite.Of(attachment));
        }

        return (Parsed(opened.Stored.Body.Span, History.IsDeleted(database, opened.Record, opened.Revision)), attachments);
    }

    private static ParsedDocument Parsed(ReadOnlySpan<byte> body, bool deleted) =>
        new() { Deleted = deleted, Body = body.ToArray(), Term = JsonNormalForm.ToTerm(body) };

    private static (string Id, RevisionId? Revision) ParseDestination(Exchange exchange)
    {
        var plusIsSpace = exchange.Settings.DecodePlusToSpace;
        var destination = exchange.RequestHeaders["Destination"].ToString();
        if (!exchange.RequestHeaders.ContainsKey("Destination"))
        {
            throw HttpErrors.BadRequest("Destination header is mandatory for COPY.");
        }

        if (destination.StartsWith("http://", StringComparison.Ordinal) || destination.StartsWith("https://", StringComparison.Ordinal))
        {
            throw HttpErrors.BadRequest("Destination URL must be relative.");
        }

        var question = destination.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? destination : destination[..question];
        if (!PercentEncoding.IsWellFormed(path))
        {
            throw HttpErrors.BadRequest("invalid_url_encoding");
        }

        if (question < 0)
        {
            return (ReadId(path, plusIsSpace), null);
        }

        var equals = destination.IndexOf('=', question);
        return equals < 0
            ? throw HttpErrors.BadRequest("The Destination header names no revision after its question mark.")
            : (ReadId(path, plusIsSpace), DocumentQuery.ParseRevision(destination[(equals + 1)..]));
    }

    // The header is read as one character a byte: it need not be escaped.
    private static string ReadId(string path, bool plusIsSpace)
    {
        var bytes = new byte[path.Length];
        var id = bytes.AsSpan(0, PercentEncoding.Decode(path, bytes, plusIsSpace));
        return Utf8.IsValid(id)
            ? Encoding.UTF8.GetString(id)
            : throw new DocumentException(new DocumentError(400, "illegal_docid", "Document id must be valid UTF-8"));
    }
}
