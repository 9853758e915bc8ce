using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>Revisions of a document that a target does not have.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revisions">The missing leaves.</param>
/// <param name="PossibleAncestors">Leaves that the target has and from which they may descend.</param>
public sealed record MissingRevisions(string Id, IReadOnlyList<RevisionId> Revisions, IReadOnlyList<RevisionId> PossibleAncestors)
{
    /// <summary>Whether they alone are wanted, and not in their place what descends from them.</summary>
    public bool IsExact { get; init; }
}
