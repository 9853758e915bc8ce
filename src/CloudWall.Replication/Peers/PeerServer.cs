namespace CloudWall.Replication.Peers;

/// <summary>What a peer's server says of itself (<c>GET /</c>).</summary>
/// <param name="Id">Its <c>uuid</c>; null where it does not say.</param>
/// <param name="Boot">
/// Changes whenever the server is started (<c>vendor.boot</c> of CloudWall nodes): its data can have been put back to an earlier moment
/// only if this changed. Null where it does not say.
/// </param>
public sealed record PeerServer(string? Id, string? Boot);
