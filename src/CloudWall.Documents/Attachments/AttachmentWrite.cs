namespace CloudWall.Documents.Attachments;

/// <summary>
/// An attachment of a document that is to be written: new content, a stub that keeps what the parent revision has, or what some
/// revision of any document of the database has (<see cref="Of"/>).
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="ContentType">Its media type; ignored for a stub.</param>
/// <param name="Content">The content; null for a stub.</param>
/// <param name="RevisionPosition">
/// The <c>revpos</c> the client gave: kept for replicated writes; an interactive write sets its own. Null where none was given; a stub that names one must name the right one.
/// </param>
/// <param name="Digest">The digest that a stub names; null where none was given.</param>
public sealed record AttachmentWrite(
    string Name,
    string ContentType,
    StoredContent? Content,
    long? RevisionPosition = null,
    string? Digest = null)
{
    /// <summary>The stored attachment that is taken over as it is, its <c>revpos</c> too; null for others.</summary>
    public AttachmentInfo? Existing { get; private init; }

    /// <summary>Takes over an attachment that a revision of the same database has, of whatever document.</summary>
    public static AttachmentWrite Of(AttachmentInfo existing) =>
        new(existing.Name, existing.ContentType, Content: null, existing.RevisionPosition) { Existing = existing };
}
