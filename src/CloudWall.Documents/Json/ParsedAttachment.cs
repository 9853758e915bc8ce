namespace CloudWall.Documents.Json;

/// <summary>
/// One member of <c>_attachments</c>. It is a stub (the bytes are those that the parent revision has), it follows in a later part
/// of a multipart body, or it has its data with it; see "Attachments" in CouchDB's documentation of <c>/{db}/{docid}</c>.
/// </summary>
public sealed class ParsedAttachment
{
    /// <summary>The attachment's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>content_type</c>, or <c>application/octet-stream</c> where there was none.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary><c>stub</c>: the bytes stay as they are in the parent revision.</summary>
    public bool Stub { get; init; }

    /// <summary><c>follows</c>: the bytes come in a later part of the request.</summary>
    public bool Follows { get; init; }

    /// <summary>
    /// The bytes of <c>data</c>, decoded from base64; null for a stub, for one that follows, and for one that has been received.
    /// </summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The number of the content that was received while the document came in, in place of <see cref="Data"/>; null for others.</summary>
    public int? Received { get; init; }

    /// <summary><c>digest</c> as it was given, such as <c>md5-…</c>; null where there was none.</summary>
    public string? Digest { get; init; }

    /// <summary><c>length</c>: how many bytes the attachment has when decoded; for one with data the number of its bytes.</summary>
    public long? Length { get; init; }

    /// <summary><c>encoded_length</c>: how many bytes are sent, which are fewer than <see cref="Length"/> under an encoding.</summary>
    public long? EncodedLength { get; init; }

    /// <summary><c>encoding</c>: <c>gzip</c>, or null for the bytes as they are.</summary>
    public string? Encoding { get; init; }

    /// <summary><c>revpos</c>: the generation in which the attachment was set; null where none was given.</summary>
    public long? RevisionPosition { get; init; }
}
