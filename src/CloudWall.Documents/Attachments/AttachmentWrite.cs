namespace CloudWall.Documents.Attachments;

/// <summary>An attachment of a document that is to be written: new content, or a stub that keeps what the parent revision has.</summary>
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
    /// <summary>Whether the parent revision's attachment of that name is kept.</summary>
    public bool IsStub => Content is null;
}
