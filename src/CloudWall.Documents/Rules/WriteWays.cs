namespace CloudWall.Documents.Rules;

/// <summary>The ways by which documents enter a database.</summary>
[Flags]
public enum WriteWays
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The node's own writes, such as a replication's state in its document.</summary>
    Node = 1,

    /// <summary>
    /// Writes of clients over HTTP: edits, copies, attachments, update functions, and revisions with <c>new_edits=false</c>.
    /// </summary>
    Client = 2,

    /// <summary>Writes of a replication that this node runs with a database of this node as target.</summary>
    Replication = 4,

    /// <summary>
    /// Revisions that another member of the mesh has accepted. Neither rules nor <c>validate_doc_update</c> hold for them: they held where
    /// a client wrote, and a member that refused what others have would never be in step.
    /// </summary>
    Mesh = 8,
}
