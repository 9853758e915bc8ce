using CloudWall.Documents;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A revision that a target refused.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Error">Why.</param>
public sealed record WriteFailure(string Id, RevisionId Revision, DocumentError Error);
