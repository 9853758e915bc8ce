
namespace CloudWall.Replication.Peers;

/// <summary>What a peer was when a run began.</summary>
/// <param name="Server">Its server.</param>
/// <param name="Database">Its database.</param>
internal sealed record PeerState(PeerServer Server, PeerInfo Database);
