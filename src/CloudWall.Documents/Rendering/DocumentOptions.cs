using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>How a document is written.</summary>
/// <param name="Members">What is shown.</param>
/// <param name="AttachmentsSince">
/// <c>atts_since</c>: revisions that the client has; attachments that the nearest of them had already are shown as stubs. Null
/// where it was not given.
/// </param>
public readonly record struct DocumentOptions(DocumentMembers Members, IReadOnlyList<RevisionId>? AttachmentsSince = null)
{
    /// <summary>Whether any of some members is to be shown.</summary>
    public bool Any(DocumentMembers members) => (Members & members) != 0;

    /// <summary>The same with further members.</summary>
    public DocumentOptions With(DocumentMembers members) => this with { Members = Members | members };

    /// <summary>The same without some members.</summary>
    public DocumentOptions Without(DocumentMembers members) => this with { Members = Members & ~members };
}
