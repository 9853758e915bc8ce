using CloudWall.Documents;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A revision that a target refused, or that its source did not send whole.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Error">Why.</param>
public sealed record WriteFailure(string Id, RevisionId Revision, DocumentError Error)
{
    /// <summary>Whether it is not the target that refused it, but the source that did not send it whole: it may another time.</summary>
    public bool IsOfSource { get; init; }
}
