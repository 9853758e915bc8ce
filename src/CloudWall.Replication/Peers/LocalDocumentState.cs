namespace CloudWall.Replication.Peers;

/// <summary>A local document of a peer: where checkpoints are kept.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Body">The whole document as JSON.</param>
public sealed record LocalDocumentState(string Revision, ReadOnlyMemory<byte> Body);
