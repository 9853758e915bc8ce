namespace CloudWall.Replication.Peers;

/// <summary>A stretch of a source's changes feed.</summary>
/// <param name="Rows">The rows; none where all up to the sequence were filtered out, or nothing has happened.</param>
/// <param name="LastSequence">How far it goes, as JSON.</param>
/// <param name="Pending">How many rows come after it; null where the source does not say.</param>
/// <param name="IsEnd">Whether nothing came after it when it was read.</param>
public sealed record PeerChanges(IReadOnlyList<PeerChange> Rows, string LastSequence, long? Pending, bool IsEnd);
