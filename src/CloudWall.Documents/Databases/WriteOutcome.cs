using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>What became of one document of a write.</summary>
/// <param name="Id">The document's id.</param>
/// <param name="Revision">The new revision; for a replicated write the one that was sent. Default for an edit that failed.</param>
/// <param name="Error">Why it failed, or null.</param>
public readonly record struct WriteOutcome(string Id, RevisionId Revision, DocumentError? Error)
{
    /// <summary>Whether it was written (or, replicated, was there already).</summary>
    public bool IsSuccess => Error is null;
}
