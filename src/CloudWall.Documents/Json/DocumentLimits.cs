namespace CloudWall.Documents.Json;

/// <summary>Size limits of documents. The defaults are CouchDB 3.5's; the names are those of its <c>[couchdb]</c> settings.</summary>
public sealed record DocumentLimits
{
    /// <summary>
    /// Maximum nesting of stored JSON; deeper JSON is refused as invalid. CouchDB has no such limit. Everything that reads stored bodies
    /// must support this depth.
    /// </summary>
    public const int MaxNesting = 1 << 16;

    /// <summary>CouchDB's defaults.</summary>
    public static readonly DocumentLimits Default = new();

    /// <summary><c>max_document_size</c>: maximum body size in bytes, without attachments, estimated as CouchDB does.</summary>
    public long MaxDocumentSize { get; init; } = 8_000_000;

    /// <summary><c>max_attachment_size</c>: maximum attachment size in bytes.</summary>
    public long MaxAttachmentSize { get; init; } = 1L << 30;

    /// <summary><c>max_document_id_length</c>: maximum length of an id in UTF-8 bytes; null or 0 for no limit.</summary>
    public int? MaxDocumentIdLength { get; init; }

    /// <summary>Whether ids have a partition: <c>partition:id</c>.</summary>
    public bool Partitioned { get; init; }

    /// <summary>Checks the size of a document's body.</summary>
    /// <param name="id">The document's id; null if it has none yet.</param>
    /// <param name="body">The body in normal form, without special members.</param>
    /// <exception cref="DocumentException">413: the body is too large.</exception>
    public void CheckBody(string? id, ReadOnlySpan<byte> body)
    {
        if (EncodedSize.Exceeds(body, MaxDocumentSize))
        {
            throw new DocumentException(new DocumentError(413, "document_too_large", id ?? string.Empty));
        }
    }
}
