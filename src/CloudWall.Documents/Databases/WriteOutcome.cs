using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>The outcome of one document of a write.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Revision">The new revision; for a replicated write, the one that was sent. Default for a failed edit.</param>
/// <param name="Error">Why it failed, or null.</param>
public readonly record struct WriteOutcome(string Id, RevisionId Revision, DocumentError? Error)
{
    /// <summary>Whether the document was written or, if replicated, known already.</summary>
    public bool IsSuccess => Error is null;
}
