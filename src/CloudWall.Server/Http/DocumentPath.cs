using CloudWall.Documents;

namespace CloudWall.Server.Http;

/// <summary>
/// The document and the attachment that a path names: <c>/{db}/{docid}</c>, <c>/{db}/_design/{name}</c> or <c>/{db}/_local/{name}</c>, with
/// the segments of an attachment's name after it.
/// </summary>
/// <param name="target">What the request names.</param>
internal readonly struct DocumentPath(RequestTarget target)
{
    /// <summary>The document's id.</summary>
    /// <exception cref="DocumentException">404: it is not UTF-8, so there is no such document. 400: it is <c>_local/</c> alone.</exception>
    public string Id
    {
        get
        {
            if (!IsUtf8)
            {
                throw new DocumentException(DocumentError.Missing);
            }

            var id = IsPrefixed ? target.Text(1) + "/" + target.Text(2) : target.Text(1);
            return id == "_local/" ? throw HttpErrors.BadRequest("Invalid _local document id.") : id;
        }
    }

    /// <summary>The document's id, for who may make it.</summary>
    /// <exception cref="DocumentException">400 <c>illegal_docid</c>: it is not UTF-8. See <see cref="Id"/>.</exception>
    public string NewId => IsUtf8
        ? Id
        : throw new DocumentException(new DocumentError(400, "illegal_docid", "Document id must be valid UTF-8"));

    /// <summary>Whether the document's id is UTF-8, as those of all documents are.</summary>
    public bool IsUtf8 => target.IsUtf8(1) && (!IsPrefixed || target.IsUtf8(2));

    /// <summary>The attachment's name, its segments joined with slashes; null where the path ends with the document.</summary>
    public string? AttachmentName => target.Count > FirstOfAttachment ? target.TextFrom(FirstOfAttachment) : null;

    /// <summary>Whether <see cref="AttachmentName"/> is what the path says, and not a replacement for bytes that are no UTF-8.</summary>
    public bool IsAttachmentUtf8
    {
        get
        {
            for (var i = FirstOfAttachment; i < target.Count; i++)
            {
                if (!target.IsUtf8(i))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private int FirstOfAttachment => IsPrefixed ? 3 : 2;

    private bool IsPrefixed =>
        target.Count > 2 && (target.Bytes(1).SequenceEqual("_design"u8) || target.Bytes(1).SequenceEqual("_local"u8));
}
