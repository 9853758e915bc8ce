namespace CloudWall.Documents.Json;

/// <summary>What a document may measure. The defaults are CouchDB 3.5's; the names are those of its <c>[couchdb]</c> settings.</summary>
public sealed record DocumentLimits
{
    /// <summary>
    /// How deep objects and arrays may be nested in any JSON that is stored; what is deeper is answered as if it were no JSON.
    /// CouchDB has no such limit. Whoever reads stored bodies must stand this depth.
    /// </summary>
    public const int MaxNesting = 1 << 16;

    /// <summary>CouchDB's defaults.</summary>
    public static readonly DocumentLimits Default = new();

    /// <summary><c>max_document_size</c>: the largest body in bytes, without attachments, counted as CouchDB counts it.</summary>
    public long MaxDocumentSize { get; init; } = 8_000_000;

    /// <summary><c>max_attachment_size</c>: the largest attachment in bytes.</summary>
    public long MaxAttachmentSize { get; init; } = 1L << 30;

    /// <summary><c>max_document_id_length</c>: the longest id in UTF-8 bytes; null or 0 for no limit.</summary>
    public int? MaxDocumentIdLength { get; init; }

    /// <summary>Checks the size of a document's body.</summary>
    /// <param name="id">The document's id; null where it has none yet.</param>
    /// <param name="body">The body in normal form, without members of CouchDB's own.</param>
    /// <exception cref="DocumentException">413: it is too large.</exception>
    public void CheckBody(string? id, ReadOnlySpan<byte> body)
    {
        if (EncodedSize.Exceeds(body, MaxDocumentSize))
        {
            throw new DocumentException(new DocumentError(413, "document_too_large", id ?? string.Empty));
        }
    }
}
