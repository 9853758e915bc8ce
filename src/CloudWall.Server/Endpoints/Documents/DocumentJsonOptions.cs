using CloudWall.Documents.Revisions;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>How a document is written.</summary>
/// <param name="Members">What is shown.</param>
/// <param name="AttachmentsSince">
/// <c>atts_since</c>: revisions that the client has; attachments that the nearest of them had already are shown as stubs. Null
/// where it was not given.
/// </param>
internal readonly record struct DocumentJsonOptions(DocumentMembers Members, IReadOnlyList<RevisionId>? AttachmentsSince = null)
{
    /// <summary>Whether any of some members is to be shown.</summary>
    public bool Any(DocumentMembers members) => (Members & members) != 0;

    /// <summary>The same with further members.</summary>
    public DocumentJsonOptions With(DocumentMembers members) => this with { Members = Members | members };

    /// <summary>The same without some members.</summary>
    public DocumentJsonOptions Without(DocumentMembers members) => this with { Members = Members & ~members };
}
