namespace CloudWall.Documents.Attachments;

/// <summary>
/// An attachment of a document to be written: new content, a stub for the parent revision's attachment, or a copy of an attachment of any
/// revision in the database (<see cref="Of"/>).
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type; ignored for a stub.</param>
/// <param name="Content">The content; null for a stub.</param>
/// <param name="RevisionPosition">
/// The client's <c>revpos</c>; null if missing. Replicated writes keep it; an edit sets its own. A stub that has one must have the right
/// one.
/// </param>
/// <param name="Digest">The digest of a stub; null if missing.</param>
public sealed record AttachmentWrite(
    string Name,
    string ContentType,
    StoredContent? Content,
    long? RevisionPosition = null,
    string? Digest = null)
{
    /// <summary>The stored attachment to copy, including its <c>revpos</c>; otherwise null.</summary>
    public AttachmentInfo? Existing { get; private init; }

    /// <summary>Copies an attachment of any document's revision in the same database.</summary>
    public static AttachmentWrite Of(AttachmentInfo existing) =>
        new(existing.Name, existing.ContentType, Content: null, existing.RevisionPosition) { Existing = existing };
}
