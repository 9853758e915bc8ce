using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// A document with its attachments' bytes as multipart/related; just its JSON where no attachment is to be sent. Its length is
/// known before anything is written.
/// </summary>
internal sealed class DocumentParts : IDisposable
{
    private readonly Database _database;
    private readonly byte[] _boundary;
    private readonly JsonBuffer _json;
    private readonly List<AttachmentInfo> _attachments = [];
    private readonly List<AttachmentPart> _parts = [];

    /// <summary>Prepares a document for sending. The document stays the caller's, who can give it back.</summary>
    public DocumentParts(Database database, OpenedDocument document, in DocumentOptions options, byte[] boundary)
    {
        _database = database;
        _boundary = boundary;
        var shown = options.With(DocumentMembers.AttachmentsFollow | DocumentMembers.AttachmentEncoding);
        _json = new JsonBuffer(document.Stored.Body.Length + 512);
        DocumentWriter.Write(_json, database, document.Record, document.Revision, document.Stored, shown);
        var since = document.Stored.Attachments.Count == 0
            ? 0
            : DocumentWriter.AttachmentsBase(database, document.Record, document.Revision, options);
        foreach (var attachment in document.Stored.Attachments)
        {
            if (attachment.RevisionPosition > since)
            {
                _attachments.Add(attachment);
                _parts.Add(new AttachmentPart(
                    attachment.Name, attachment.ContentType, attachment.StoredLength, attachment.Encoding == ContentEncoding.Gzip));
            }
        }
    }

    /// <summary>Whether there are bytes of attachments to send.</summary>
    public bool HasParts => _parts.Count > 0;

    /// <summary>The content type of the whole.</summary>
    public string ContentType => HasParts ? RelatedDocument.ContentType(_boundary) : "application/json";

    /// <summary>How many bytes the whole has. To be asked before it is written.</summary>
    public long Length => RelatedDocument.Length(_boundary, _json.WrittenCount, _parts);

    /// <summary>Writes the whole.</summary>
    public async ValueTask WriteAsync(ResponseStream stream, CancellationToken cancellation)
    {
        var output = stream.Buffer;
        if (!HasParts)
        {
            output.Raw(_json.WrittenSpan);
            _json.Release();
            await stream.FlushIfFullAsync();
            return;
        }

        RelatedDocument.WriteStart(output, _boundary);
        output.Raw(_json.WrittenSpan);
        _json.Release();
        RelatedDocument.WriteBoundary(output, _boundary);
        await stream.FlushIfFullAsync();
        for (var i = 0; i < _parts.Count; i++)
        {
            _parts[i].WriteHeaders(output);
            await AttachmentSender.SendStoredAsync(stream, _database, _attachments[i], 0, _attachments[i].StoredLength, cancellation);
            RelatedDocument.WriteBoundary(output, _boundary);
        }

        RelatedDocument.WriteEnd(output);
        await stream.FlushIfFullAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
