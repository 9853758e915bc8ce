using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Multipart;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents.Receiving;
using CloudWall.Server.Endpoints.LocalDocuments;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// <c>POST /{db}/{docid}</c>: attachments from an HTML form (multipart/form-data, RFC 7578). The files are those of the field
/// <c>_attachments</c>; they join the document in <c>_doc</c>, or the stored revision that <c>_rev</c> names. Only a page of the
/// same host may send it.
/// </summary>
internal static class DocumentForm
{
    private const int MaxRevisionBytes = 4096;

    /// <summary>Takes in the form.</summary>
    public static async Task Post(Exchange exchange)
    {
        CheckReferer(exchange);
        var id = exchange.Path.NewId;
        DocumentParser.ValidateId(id, exchange.Database.Limits);
        var type = HeaderValue.Parse(exchange.RequestHeaders.ContentType.ToString());
        if (type.Value != "multipart/form-data")
        {
            throw HttpErrors.BadContentType("Content-Type must be multipart/form-data");
        }

        var files = new List<AttachmentWrite>();
        await using var text = exchange.BeginDocument();
        RevisionId written;
        try
        {
            var (document, revision) = await Read(exchange, Boundary.Of(type), text, files);
            written = LocalDocumentResource.IsLocal(id)
                ? await WriteLocal(exchange, id, document)
                : await SingleWrite.RunAsync(
                    exchange, await Combine(exchange, id, document, text, revision, files));
        }
        finally
        {
            AttachmentIntake.Drop(files);
        }

        await DocumentAnswer.Written(exchange, 201, id, written, location: null, etag: true);
    }

    private static async Task<(ParsedDocument? Document, string? Revision)> Read(
        Exchange exchange, byte[] boundary, DocumentText text, List<AttachmentWrite> files)
    {
        ParsedDocument? document = null;
        string? revision = null;
        using var source = new PipeByteSource(exchange.BodyReader);
        var form = new MultipartReader(source, boundary);
        while (await form.ReadPartAsync(exchange.Aborted) is { } part)
        {
            switch (part.FieldName)
            {
                case "_doc":
                    document = await exchange.ReadPartAsync(form, text);
                    break;
                case "_rev":
                    using (var named = new JsonBuffer())
                    {
                        await form.ReadWholeAsync(named, MaxRevisionBytes, exchange.Aborted);
                        revision = Encoding.UTF8.GetString(named.WrittenSpan);
                    }

                    break;
                case "_attachments" when part.FileName is { Length: > 0 } name && part.RawContentType is { } fileType:
                    DocumentParser.ValidateAttachmentName(name);
                    files.Add(await Receive(exchange, form, name, fileType));
                    break;
            }
        }

        return (document, revision);
    }

    private static async Task<AttachmentWrite> Receive(Exchange exchange, MultipartReader form, string name, string type)
    {
        await using var upload = exchange.Database.BeginUpload(type);
        var content = await AttachmentIntake.ReceiveAsync(exchange, name, upload, form, length: null, digest: null);
        return new AttachmentWrite(name, type, content);
    }

    private static async Task<DocumentWrite> Combine(
        Exchange exchange, string id, ParsedDocument? document, DocumentText text, string? revision, List<AttachmentWrite> files)
    {
        if (document is not null)
        {
            var parent = RequestedRevision.Resolve(exchange, document.Revision);
            var own = await AttachmentIntake.TakeAsync(exchange, document.Attachments, null, text.Contents);
            AttachmentIntake.Drop([.. own.Where(attachment => Has(files, attachment.Name))]);
            return new DocumentWrite(id, document, [.. files, .. own.Where(attachment => !Has(files, attachment.Name))])
            {
                Parent = parent ?? default,
            };
        }

        var named = DocumentQuery.ParseRevision(revision ?? string.Empty);
        using var opened = DocumentReader.OpenRevision(exchange.Database, id, named) ?? throw new DocumentException(DocumentError.Conflict);
        var kept = opened.Stored.Attachments.Where(attachment => !Has(files, attachment.Name)).Select(AttachmentWrite.Of);
        var stored = new ParsedDocument
        {
            Revision = named,
            Deleted = History.IsDeleted(exchange.Database, opened.Record, named),
            Body = opened.Stored.Body.ToArray(),
            Term = JsonNormalForm.ToTerm(opened.Stored.Body.Span),
        };
        return new DocumentWrite(id, stored, [.. files, .. kept]);
    }

    private static Task<RevisionId> WriteLocal(Exchange exchange, string id, ParsedDocument? document) => document is null
        ? throw new DocumentException(DocumentError.Conflict)
        : LocalDocumentResource.Write(exchange, id, document, RequestedRevision.Resolve(exchange, document.Revision));

    private static bool Has(List<AttachmentWrite> files, string name) => files.Exists(file => file.Name == name);

    private static void CheckReferer(Exchange exchange)
    {
        var referer = exchange.RequestHeaders.Referer.ToString();
        if (referer.Length == 0)
        {
            throw HttpErrors.BadRequest("Referer header required.");
        }

        if (!Uri.TryCreate(referer, UriKind.Absolute, out var uri)
            || !Uri.TryCreate(exchange.AbsoluteUri("/"), UriKind.Absolute, out var own)
            || !uri.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase))
        {
            throw HttpErrors.BadRequest("Referer header must match host.");
        }
    }
}
