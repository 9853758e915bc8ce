namespace CloudWall.Documents.Rules;

/// <summary>Who writes documents, and by which way.</summary>
/// <param name="Way">The way, one of them.</param>
/// <param name="Name">The user's name; null for nobody in particular.</param>
/// <param name="IsAdmin">Whether it is a server admin.</param>
public sealed record Writer(WriteWays Way, string? Name, bool IsAdmin)
{
    /// <summary>The node itself.</summary>
    public static readonly Writer Node = new(WriteWays.Node, null, IsAdmin: true);

    /// <summary>A replication of this node that nobody's name was given to.</summary>
    public static readonly Writer Replication = new(WriteWays.Replication, null, IsAdmin: true);

    /// <summary>
    /// Who it is, for the database's own validation: CouchDB's <c>userCtx</c> as JSON in UTF-8. Empty stands for the node itself.
    /// </summary>
    public ReadOnlyMemory<byte> Context { get; init; }
}
