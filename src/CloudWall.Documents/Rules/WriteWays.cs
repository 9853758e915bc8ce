namespace CloudWall.Documents.Rules;

/// <summary>The ways by which documents come into a database.</summary>
[Flags]
public enum WriteWays
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The node itself writes, such as the state of a replication into its document.</summary>
    Node = 1,

    /// <summary>A client writes over HTTP: edits, copies, attachments, update functions, and revisions with <c>new_edits=false</c>.</summary>
    Client = 2,

    /// <summary>A replication that this node runs writes into a database of this node.</summary>
    Replication = 4,
}
