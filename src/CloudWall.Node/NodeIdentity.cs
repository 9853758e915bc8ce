namespace CloudWall.Node;

/// <summary>By what a node is known to others.</summary>
/// <param name="Id">The node's own id, 32 hexadecimal digits: CouchDB's <c>[couchdb] uuid</c>.</param>
/// <param name="Boot">
/// Changes with each start, 16 hexadecimal digits: peers compare what they know with what a node that was restored has.
/// </param>
public sealed record NodeIdentity(string Id, string Boot)
{
    /// <summary>What it is called where CouchDB names the nodes of a cluster.</summary>
    public string Name { get; } = "cloudwall@" + Id[..8];
}
