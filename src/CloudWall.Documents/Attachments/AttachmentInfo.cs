namespace CloudWall.Documents.Attachments;

/// <summary>An attachment of a stored revision.</summary>
/// <param name="Name">Its name; may contain slashes.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="RevisionPosition">The generation in which it was last changed (<c>revpos</c>).</param>
/// <param name="Md5">MD5 of the stored bytes, 16 bytes.</param>
/// <param name="Length">Uncompressed length in bytes.</param>
/// <param name="StoredLength">Stored length in bytes (<c>encoded_length</c> if <paramref name="Encoding"/> is not identity).</param>
/// <param name="Encoding">The encoding of the stored bytes.</param>
/// <param name="ContentId">SHA-256 of the stored bytes, 32 bytes.</param>
public sealed record AttachmentInfo(
    string Name,
    string ContentType,
    long RevisionPosition,
    ReadOnlyMemory<byte> Md5,
    long Length,
    long StoredLength,
    ContentEncoding Encoding,
    ReadOnlyMemory<byte> ContentId)
{
    /// <summary>CouchDB's digest: <c>md5-</c> and the MD5 in base64.</summary>
    public string Digest => "md5-" + Convert.ToBase64String(Md5.Span);
}
