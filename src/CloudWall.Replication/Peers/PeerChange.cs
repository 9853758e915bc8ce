using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A row of a source's changes feed.</summary>
/// <param name="Sequence">Its sequence as JSON.</param>
/// <param name="Id">The document.</param>
/// <param name="Leaves">Its leaf revisions, or only the winner where only that was asked for.</param>
public sealed record PeerChange(string Sequence, string Id, IReadOnlyList<RevisionId> Leaves);
