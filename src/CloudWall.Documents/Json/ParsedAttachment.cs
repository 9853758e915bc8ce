namespace CloudWall.Documents.Json;

/// <summary>
/// A member of <c>_attachments</c>. It is a stub (the parent revision has the bytes), or its bytes follow in a later part of a multipart
/// body, or it contains them. See "Attachments" in CouchDB's documentation of <c>/{db}/{docid}</c>.
/// </summary>
public sealed class ParsedAttachment
{
    /// <summary>The attachment's name.</summary>
    public required string Name { get; init; }

    /// <summary><c>content_type</c>; defaults to <c>application/octet-stream</c>.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary><c>stub</c>: the parent revision has the bytes.</summary>
    public bool Stub { get; init; }

    /// <summary><c>follows</c>: the bytes come in a later part of the request.</summary>
    public bool Follows { get; init; }

    /// <summary>The decoded bytes of <c>data</c>; null for a stub, for one that follows, and for one that was received already.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The index of content that was received while the request was read, instead of <see cref="Data"/>; otherwise null.</summary>
    public int? Received { get; init; }

    /// <summary><c>digest</c> as given, such as <c>md5-…</c>; null if missing.</summary>
    public string? Digest { get; init; }

    /// <summary><c>length</c>: the decoded length. For an attachment with data, the actual number of bytes.</summary>
    public long? Length { get; init; }

    /// <summary><c>encoded_length</c>: the number of bytes sent, which differs from <see cref="Length"/> under an encoding.</summary>
    public long? EncodedLength { get; init; }

    /// <summary><c>encoding</c>: <c>gzip</c>, or null for uncompressed bytes.</summary>
    public string? Encoding { get; init; }

    /// <summary><c>revpos</c>: the generation in which the attachment was set; null if missing.</summary>
    public long? RevisionPosition { get; init; }
}
