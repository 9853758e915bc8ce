using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>Options for writing a document.</summary>
/// <param name="Members">The optional members to write.</param>
/// <param name="AttachmentsSince">
/// <c>atts_since</c>: revisions that the client has. Attachments that the nearest of them already had are written as stubs. Null if not
/// given.
/// </param>
public readonly record struct DocumentOptions(DocumentMembers Members, IReadOnlyList<RevisionId>? AttachmentsSince = null)
{
    /// <summary>Whether any of the members is selected.</summary>
    public bool Any(DocumentMembers members) => (Members & members) != 0;

    /// <summary>Adds members.</summary>
    public DocumentOptions With(DocumentMembers members) => this with { Members = Members | members };

    /// <summary>Removes members.</summary>
    public DocumentOptions Without(DocumentMembers members) => this with { Members = Members & ~members };
}
