using CloudWall.Documents;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A revision that a target refused, or that its source did not send as announced.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Error">Why.</param>
public sealed record WriteFailure(string Id, RevisionId Revision, DocumentError Error)
{
    /// <summary>Whether it is the source's fault: what it sends another time may be whole.</summary>
    public bool IsOfSource { get; init; }
}
