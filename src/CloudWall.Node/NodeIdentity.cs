namespace CloudWall.Node;

/// <summary>The identity of a node for other nodes.</summary>
/// <param name="Id">The node's own id, 32 hexadecimal digits: CouchDB's <c>[couchdb] uuid</c>.</param>
/// <param name="Boot">16 hexadecimal digits that change with each start. A replication that sees another value checks whether the node
/// was restored to an earlier state.</param>
public sealed record NodeIdentity(string Id, string Boot)
{
    /// <summary>The node's name where CouchDB names the nodes of a cluster.</summary>
    public string Name { get; } = "cloudwall@" + Id[..8];
}
