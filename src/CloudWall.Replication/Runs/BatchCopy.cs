using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>Copies one batch of changes: finds out what the target lacks, reads that from the source, and stores it.</summary>
/// <param name="source">Where from.</param>
/// <param name="target">Where to.</param>
/// <param name="progress">Where it is counted.</param>
/// <param name="refused">Told of each revision that the target refused.</param>
internal sealed class BatchCopy(Peer source, Peer target, RunProgress progress, Action<WriteFailure> refused)
{
    /// <summary>How many revisions are stored at once at most.</summary>
    private const int MaxGroup = 200;

    /// <summary>About how many bytes are stored at once at most.</summary>
    private const long MaxWeight = 2 << 20;

    private bool _hasCounted;

    /// <summary>
    /// What the target must have afterwards: if it has been put back to an earlier state meanwhile, it lacks one of these. What is stored in
    /// one request is there as a whole or not at all, so that its last revision speaks for it; what the target had before is
    /// there since nobody knows when.
    /// </summary>
    public List<PeerChange> Witnesses { get; } = [];

    /// <summary>Copies it, again if it was copied in part before.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="isTargetEmpty">Whether the target has nothing, so that it need not be asked what is missing.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RunAsync(IReadOnlyList<PeerChange> changes, bool isTargetEmpty, CancellationToken cancellation)
    {
        Witnesses.Clear();
        changes = Merge(changes);
        var missing = isTargetEmpty && !_hasCounted
            ? [.. changes.Select(static change => new MissingRevisions(change.Id, change.Leaves, []))]
            : await target.FindMissingAsync(changes, cancellation);
        if (!_hasCounted)
        {
            progress.Add(new ReplicationStatistics
            {
                Checked = changes.Sum(static change => (long)change.Leaves.Count),
                Missing = missing.Sum(static document => (long)document.Revisions.Count),
            });
            _hasCounted = true;
        }

        AddPresent(changes, missing);
        if (missing.Count > 0)
        {
            await CopyAsync(missing, cancellation);
        }
    }

    /// <summary>Some feeds name a document twice.</summary>
    private static IReadOnlyList<PeerChange> Merge(IReadOnlyList<PeerChange> changes) =>
        changes.DistinctBy(static change => change.Id).Count() == changes.Count
            ? changes
            : [.. changes.GroupBy(static change => change.Id).Select(static rows => rows.Last() with { Leaves = [.. rows.SelectMany(static row => row.Leaves).Distinct()] })];

    private void AddPresent(IReadOnlyList<PeerChange> changes, IReadOnlyList<MissingRevisions> missing)
    {
        var lacks = missing.ToDictionary(static document => document.Id, static document => document.Revisions);
        foreach (var change in changes)
        {
            if (!lacks.TryGetValue(change.Id, out var revisions))
            {
                Witnesses.Add(change);
            }
            else if (revisions.Count < change.Leaves.Count)
            {
                Witnesses.Add(change with { Leaves = [.. change.Leaves.Except(revisions)] });
            }
        }
    }

    private async Task CopyAsync(IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation)
    {
        var group = new List<FetchedRevision>();
        var weight = 0L;
        var writing = Task.CompletedTask;
        try
        {
            await foreach (var revision in source.FetchAsync(missing, cancellation))
            {
                group.Add(revision);
                weight += revision.Weight;
                if (group.Count >= MaxGroup || weight >= MaxWeight)
                {
                    // One group is stored while the next is read, no more.
                    await writing;
                    writing = StoreAsync(group, cancellation);
                    (group, weight) = ([], 0);
                }
            }

            await writing;
            writing = StoreAsync(group, cancellation);
        }
        finally
        {
            await writing;
        }
    }

    private async Task StoreAsync(List<FetchedRevision> group, CancellationToken cancellation)
    {
        if (group.Count == 0)
        {
            return;
        }

        progress.Add(new ReplicationStatistics { Read = group.Count });
        var failures = await target.WriteAsync(group, cancellation);
        progress.Add(new ReplicationStatistics { Written = group.Count - failures.Count, Failures = failures.Count });
        foreach (var failure in failures)
        {
            refused(failure);
        }

        var isLast = true;
        foreach (var revision in Enumerable.Reverse(group))
        {
            // Those with attachments are stored one by one.
            if ((isLast || revision.Attachments.Count > 0) && !failures.Any(failure => failure.Id == revision.Id))
            {
                Witnesses.Add(new PeerChange("0", revision.Id, [revision.Path[0]]));
                isLast &= revision.Attachments.Count > 0;
            }
        }
    }
}
