using CloudWall.Documents;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Peers;

/// <summary>A revision that a target refused, or that its source did not send whole.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Error">Why.</param>
public sealed record WriteFailure(string Id, RevisionId Revision, DocumentError Error)
{
    /// <summary>Whether it is not the target that refused it, but the source that did not send it whole: it may another time.</summary>
    public bool IsOfSource { get; init; }

    /// <summary>The revision and its ancestors, as far as the source says so.</summary>
    public IReadOnlyList<RevisionId> Path { get; init; } = [];

    /// <summary>A revision that no target can take as it came.</summary>
    internal static WriteFailure Unfit(FetchedRevision revision, DocumentError fault) =>
        revision.IsGarbled ? NotSent(revision, fault) : new WriteFailure(revision.Id, revision.Path[0], fault);

    /// <summary>A revision that its source did not send whole.</summary>
    internal static WriteFailure NotSent(FetchedRevision revision, DocumentError error) =>
        new(revision.Id, revision.Path[0], error) { IsOfSource = true, Path = revision.Path };
}
