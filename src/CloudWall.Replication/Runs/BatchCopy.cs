using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Json;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>Copies one batch of changes: finds out what the target lacks, reads that from the source, and stores it.</summary>
/// <param name="source">Where from.</param>
/// <param name="target">Where to.</param>
/// <param name="progress">Where it is counted.</param>
/// <param name="refused">Told of each revision that the target refused, or that no target could take.</param>
/// <param name="memory">What revisions on their way may hold, together with all others; null where nothing is counted.</param>
internal sealed class BatchCopy(Peer source, Peer target, RunProgress progress, Action<WriteFailure> refused, SharedMemory? memory = null)
{
    /// <summary>How many revisions are stored at once at most.</summary>
    private const int MaxGroup = 200;

    /// <summary>About how many bytes are stored at once at most.</summary>
    private const long MaxWeight = 2 << 20;

    /// <summary>What a target may hold of the content of attachments while it stores a group.</summary>
    private const long ContentRoom = 2 << 20;

    /// <summary>
    /// Which part of what one may have at most one revision may take: its source holds some of it, too, and the group before.
    /// </summary>
    private const int LargestPart = 3;

    private bool _hasCounted;

    /// <summary>
    /// Whether what is copied was postponed: then nothing else is, as what descends from it, and only what is stored counts.
    /// </summary>
    public bool IsRetry { get; init; }

    /// <summary>Whether the target lacks something, and the source sent nothing of it.</summary>
    public bool IsGone { get; private set; }

    /// <summary>How many revisions it has stored.</summary>
    public int Stored { get; private set; }

    /// <summary>Revisions that the source did not send whole; they are not counted.</summary>
    public List<WriteFailure> NotSent { get; } = [];

    /// <summary>
    /// Revisions to look for on the target before the next checkpoint: a target that was restored from an older backup meanwhile lacks
    /// one of them. One revision for each write request is enough, since a request is atomic; of the revisions that the target had
    /// already, all are here, because nothing is known of when they were written.
    /// </summary>
    public List<PeerChange> ToVerify { get; } = [];

    /// <summary>Copies it, again if it was copied in part before.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="isTargetEmpty">Whether the target has nothing, so that it need not be asked what is missing.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RunAsync(IReadOnlyList<PeerChange> changes, bool isTargetEmpty, CancellationToken cancellation)
    {
        ToVerify.Clear();
        NotSent.Clear();
        var illegal = changes.Where(static change => FaultOf(change) is not null).ToList();
        changes = Merge(illegal.Count == 0 ? changes : [.. changes.Except(illegal)]);
        var missing = isTargetEmpty && !_hasCounted
            ? [.. changes.Select(static change => new MissingRevisions(change.Id, change.Leaves, []))]
            : await target.FindMissingAsync(changes, cancellation);
        if (!_hasCounted && !IsRetry)
        {
            progress.Add(new ReplicationStatistics
            {
                Checked = changes.Sum(static change => (long)change.Leaves.Count),
                Missing = missing.Sum(static document => (long)document.Revisions.Count),
            });
            Refuse(illegal);
            _hasCounted = true;
        }

        AddPresent(changes, missing);
        IsGone = missing.Count > 0;
        if (missing.Count > 0)
        {
            await CopyAsync([.. missing.Select(document => document with { IsExact = IsRetry })], cancellation);
        }
    }

    /// <summary>Some feeds name a document twice.</summary>
    private static IReadOnlyList<PeerChange> Merge(IReadOnlyList<PeerChange> changes) =>
        changes.DistinctBy(static change => change.Id).Count() == changes.Count
            ? changes
            : [.. changes.GroupBy(static change => change.Id).Select(
                static rows => rows.Last() with { Leaves = [.. rows.SelectMany(static row => row.Leaves).Distinct()] })];

    /// <summary>
    /// Counts as failed the documents with ids that no document may have. Some sources name them all the same, and some targets take them
    /// for something else, so neither side is asked about them.
    /// </summary>
    private void Refuse(IEnumerable<PeerChange> illegal)
    {
        foreach (var change in illegal)
        {
            progress.Add(new ReplicationStatistics { Failures = change.Leaves.Count });
            foreach (var leaf in change.Leaves)
            {
                refused(new WriteFailure(change.Id, leaf, FaultOf(change)!));
            }
        }
    }

    private static DocumentError? FaultOf(PeerChange change) => DocumentId.FaultOf(change.Id, DocumentLimits.Default, mayBeLocal: false);

    private static bool IsAmong(IReadOnlyList<MissingRevisions> missing, FetchedRevision fetched) =>
        missing.Any(document => document.Id == fetched.Id && document.Revisions.Contains(fetched.Path[0]));

    private void AddPresent(IReadOnlyList<PeerChange> changes, IReadOnlyList<MissingRevisions> missing)
    {
        var lacks = missing.ToDictionary(static document => document.Id, static document => document.Revisions);
        foreach (var change in changes)
        {
            if (!lacks.TryGetValue(change.Id, out var revisions))
            {
                ToVerify.Add(change);
            }
            else if (revisions.Count < change.Leaves.Count)
            {
                ToVerify.Add(change with { Leaves = [.. change.Leaves.Except(revisions)] });
            }
        }
    }

    private async Task CopyAsync(IReadOnlyList<MissingRevisions> missing, CancellationToken cancellation)
    {
        using var share = memory is null ? null : new MemoryShare(memory);
        var group = new Group();
        var (writing, held) = (Task.CompletedTask, 0L);
        try
        {
            await foreach (var fetched in source.FetchAsync(missing, cancellation))
            {
                if (IsRetry && !IsAmong(missing, fetched))
                {
                    continue;
                }

                IsGone = false;
                var isTooLarge = Group.NeedOf(fetched) > share?.Largest / LargestPart;
                var revision = isTooLarge ? FetchedRevision.TooLarge(fetched.Id, fetched.Path) : fetched;
                if (share is not null && !await TryTakeAsync(share, group.NeedWith(revision), source.Name, isLast: false, cancellation))
                {
                    // What is held already is stored first.
                    await StoreNextAsync();
                    await StoreNextAsync();
                    await TryTakeAsync(share, group.NeedWith(revision), source.Name, isLast: true, cancellation);
                }

                group.Add(revision);
                if (group.Revisions.Count >= MaxGroup || group.Weight >= MaxWeight)
                {
                    await StoreNextAsync();
                }
            }

            await StoreNextAsync();
        }
        finally
        {
            await writing;
        }

        // One group is stored while the next is read, no more.
        async Task StoreNextAsync()
        {
            await writing;
            share?.Free(held);
            writing = StoreAsync(group.Revisions, cancellation);
            held = group.Need;
            group = new Group();
        }
    }

    /// <returns>False where there is no memory now, and some may be had otherwise.</returns>
    /// <exception cref="PeerException">There is none, and it is the last attempt.</exception>
    private static async ValueTask<bool> TryTakeAsync(MemoryShare share, long bytes, string peer, bool isLast, CancellationToken cancellation)
    {
        try
        {
            await share.ReserveAsync(bytes, cancellation);
            return true;
        }
        catch (DocumentException refused)
        {
            return isLast ? throw PeerException.NoRoom(peer, refused) : false;
        }
    }

    private async Task StoreAsync(List<FetchedRevision> group, CancellationToken cancellation)
    {
        if (group.Count == 0)
        {
            return;
        }

        var failures = await target.WriteAsync(group, cancellation);
        NotSent.AddRange(failures.Where(static failure => failure.IsOfSource));
        var stored = group.Count - failures.Count;
        var countsRefused = IsRetry ? 0 : failures.Count(static failure => !failure.IsOfSource);
        progress.Add(new ReplicationStatistics { Read = stored + countsRefused, Written = stored, Failures = countsRefused });
        Stored += stored;
        foreach (var failure in failures.Where(static failure => !failure.IsOfSource))
        {
            refused(failure);
        }

        if (!IsRetry)
        {
            foreach (var revision in group.Where(revision => !failures.Any(failure => failure.Id == revision.Id)))
            {
                progress.Postponed.Came(revision.Id, revision.Path);
            }
        }

        var isLast = true;
        foreach (var revision in Enumerable.Reverse(group))
        {
            // Those with attachments are stored one by one.
            if ((isLast || revision.Attachments.Count > 0) && !failures.Any(failure => failure.Id == revision.Id))
            {
                ToVerify.Add(new PeerChange("0", revision.Id, [revision.Path[0]]));
                isLast &= revision.Attachments.Count > 0;
            }
        }
    }

    /// <summary>Revisions that are stored together, and the memory that they need.</summary>
    private sealed class Group
    {
        private bool _hasContent;

        public List<FetchedRevision> Revisions { get; } = [];

        public long Weight { get; private set; }

        public long Need { get; private set; }

        /// <summary>What a revision takes, and the form in which it is sent.</summary>
        public static long NeedOf(FetchedRevision revision) => revision.Weight + revision.Body.Length;

        /// <summary>How much more the group needs with another revision.</summary>
        public long NeedWith(FetchedRevision revision) =>
            NeedOf(revision) + (!_hasContent && revision.Attachments.Count > 0 ? ContentRoom : 0);

        public void Add(FetchedRevision revision)
        {
            Need += NeedWith(revision);
            Weight += revision.Weight;
            _hasContent |= revision.Attachments.Count > 0;
            Revisions.Add(revision);
        }
    }
}
