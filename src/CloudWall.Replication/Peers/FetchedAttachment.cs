using CloudWall.Documents.Attachments;

namespace CloudWall.Replication.Peers;

/// <summary>An attachment of a revision on its way.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="RevisionPosition">Its <c>revpos</c>.</param>
/// <param name="Digest">The digest of the stored bytes, such as <c>md5-…</c>; null where the source has none.</param>
/// <param name="Length">Bytes before any compression.</param>
/// <param name="StoredLength">Bytes as the source has them.</param>
/// <param name="Encoding">How the source has them.</param>
/// <param name="OpenAsync">Begins to read them.</param>
public sealed record FetchedAttachment(
    string Name,
    string ContentType,
    long RevisionPosition,
    string? Digest,
    long Length,
    long StoredLength,
    ContentEncoding Encoding,
    Func<CancellationToken, Task<FetchedContent>> OpenAsync);
