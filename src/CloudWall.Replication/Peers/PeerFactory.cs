using CloudWall.Replication.Requests;

namespace CloudWall.Replication.Peers;

/// <summary>Opens peers. Nothing is asked of them yet.</summary>
/// <param name="endpoint">Which.</param>
/// <param name="options">How remote ones are talked to.</param>
public delegate Peer PeerFactory(Endpoint endpoint, ReplicationOptions options);
