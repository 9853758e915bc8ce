using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Runs;

/// <summary>A revision that its source did not send whole, and that is asked for again later.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Attempts">How often it was asked for in vain, up to <see cref="MaxAttempts"/>.</param>
/// <param name="Missing">How often in a row the source said then that it does not have it.</param>
internal sealed record PostponedRevision(string Id, RevisionId Revision, int Attempts, int Missing = 0)
{
    /// <summary>More attempts are not counted.</summary>
    public const int MaxAttempts = 20;

    /// <summary>All of both, each once.</summary>
    public static IReadOnlyList<PostponedRevision> Union(IEnumerable<PostponedRevision> one, IEnumerable<PostponedRevision> other) =>
        [.. one.Concat(other).DistinctBy(static each => (each.Id, each.Revision))];

    /// <summary>Those of some that are not among others.</summary>
    public static IReadOnlyList<PostponedRevision> Except(IEnumerable<PostponedRevision> some, IEnumerable<PostponedRevision> others) =>
        [.. some.ExceptBy(others.Select(static each => (each.Id, each.Revision)), static each => (each.Id, each.Revision))];
}
