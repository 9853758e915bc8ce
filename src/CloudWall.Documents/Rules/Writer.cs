namespace CloudWall.Documents.Rules;

/// <summary>Who writes documents, and by which way.</summary>
/// <param name="Way">The way: exactly one.</param>
/// <param name="Name">The user's name; null for an anonymous writer.</param>
/// <param name="IsAdmin">Whether the writer is a server admin.</param>
public sealed record Writer(WriteWays Way, string? Name, bool IsAdmin)
{
    /// <summary>The node itself.</summary>
    public static readonly Writer Node = new(WriteWays.Node, null, IsAdmin: true);

    /// <summary>A replication of this node without a user.</summary>
    public static readonly Writer Replication = new(WriteWays.Replication, null, IsAdmin: true);

    /// <summary>Another member of the mesh.</summary>
    public static readonly Writer Mesh = new(WriteWays.Mesh, null, IsAdmin: true);

    /// <summary>
    /// The writer as passed to <c>validate_doc_update</c>: CouchDB's <c>userCtx</c> as JSON in UTF-8. Empty for the node itself.
    /// </summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>The roles of the writer, besides that of a server admin.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
