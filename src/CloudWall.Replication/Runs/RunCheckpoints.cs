using CloudWall.Documents;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using Polly;

namespace CloudWall.Replication.Runs;

/// <summary>
/// How far a run has come without a gap, and the checkpoints that say so. Safe for use by several threads at a time, except that one
/// checkpoint is written at a time.
/// </summary>
/// <param name="request">What is to be done.</param>
/// <param name="context">What the run needs of the node.</param>
/// <param name="progress">Where it is seen how far it has come, and what is postponed.</param>
/// <param name="log">The checkpoints of both sides.</param>
/// <param name="retries">Repeats what fails in a way that may pass.</param>
/// <param name="started">When the run began, as it stands in histories.</param>
internal sealed class RunCheckpoints(
    ReplicationRequest request, RunContext context, RunProgress progress, CheckpointLog log, ResiliencePipeline retries, string started)
{
    /// <summary>The time allowed for the final checkpoint after a run was cancelled.</summary>
    private static readonly TimeSpan FinalTimeout = TimeSpan.FromSeconds(5);

    /// <summary>After this many intervals without a new checkpoint, the run reads the last one again on both peers.</summary>
    private const int IdleIntervals = 10;

    /// <summary>About how many revisions a checkpoint verifies on the target at most.</summary>
    private const int MaxToVerify = 10_000;

    private readonly BatchOrder _order = new();
    private readonly Lock _gate = new();
    private readonly List<PeerChange> _toVerify = [];
    private readonly string _session = context.NewId();
    private readonly string _start = request.Options.SinceSequence ?? log.History.SourceSequence;
    private TaskCompletionSource _due = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (long Attempts, long Documents) _counted;
    private string? _through;
    private string? _recorded;
    private int? _recordedPostponed;

    /// <summary>The sequence where the run began, as JSON.</summary>
    public string Start => _start;

    /// <summary>Whether there is something that no checkpoint says yet.</summary>
    public bool HasNews
    {
        get
        {
            lock (_gate)
            {
                return !ReplicationHistory.IsSame(Through, Recorded) || progress.Postponed.Version != _recordedPostponed;
            }
        }
    }

    /// <summary>The history with the checkpoints of this run.</summary>
    public ReplicationHistory History => log.History;

    private string Through => _through ?? _start;

    private string Recorded => _recorded ?? _start;

    /// <summary>The run begins, with what is postponed according to the last checkpoint.</summary>
    public void Begin()
    {
        log.OnAdopted = Adopt;
        if (progress.Postponed.Begin(log.Postponed, request.Selection.DocumentIds))
        {
            _recordedPostponed = progress.Postponed.Version;
        }
    }

    /// <summary>Notes a batch that begins.</summary>
    /// <param name="sequence">The sequence of its last change, as JSON.</param>
    public BatchOrder.Batch Add(string sequence)
    {
        lock (_gate)
        {
            return _order.Add(sequence);
        }
    }

    /// <summary>Notes a batch that has ended; what it could not have of the source must be postponed before.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="toVerify">What to look for on the target before the next checkpoint.</param>
    public void End(BatchOrder.Batch batch, List<PeerChange> toVerify) => Settle(toVerify, () =>
    {
        if (_order.End(batch) is { } through)
        {
            _through = through;
            progress.Done(through);
        }
    });

    /// <summary>Notes what was stored, so that the checkpoint that says so is one that has looked for it.</summary>
    /// <param name="toVerify">What to look for on the target before the next checkpoint.</param>
    /// <param name="note">Notes it.</param>
    public void Settle(List<PeerChange> toVerify, Action note)
    {
        lock (_gate)
        {
            _toVerify.AddRange(toVerify);
            if (_toVerify.Count >= MaxToVerify)
            {
                _due.TrySetResult();
            }

            note();
        }
    }

    /// <summary>Counts for <c>_bulk_get</c>, which the source keeps.</summary>
    public void Count(Peer source) => progress.Count(source, ref _counted);

    /// <summary>Records how far the run has come, now and then, until the run has ended.</summary>
    public async Task RecordAsync(Peer source, Peer target, CancellationToken cancellation)
    {
        for (var idle = 1; ; idle++)
        {
            await WaitForCheckpointAsync(cancellation);
            Count(source);
            if (await WriteAsync(target, cancellation))
            {
                idle = 0;
            }
            else if (idle % IdleIntervals == 0 && request.Options.UseCheckpoints)
            {
                await VerifyAsync(cancellation);
            }
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <returns>Whether there was something to record.</returns>
    public ValueTask<bool> WriteAsync(Peer target, CancellationToken cancellation) =>
        retries.RunAsync(async token => await CheckpointAsync(target, token), cancellation);

    /// <summary>Writes a last checkpoint, where that is soon done.</summary>
    public async Task WriteFinalAsync(Peer target)
    {
        using var timeout = new CancellationTokenSource(FinalTimeout, context.Time);
        try
        {
            await CheckpointAsync(target, timeout.Token);
        }
        catch (Exception failure) when (failure is PeerException or OperationCanceledException)
        {
            // The next run copies the changes since the last checkpoint again.
        }
    }

    /// <summary>Waits until a checkpoint is due: after the interval, or when there is so much that it must be recorded for.</summary>
    private async Task WaitForCheckpointAsync(CancellationToken cancellation)
    {
        TaskCompletionSource due;
        lock (_gate)
        {
            due = _due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_toVerify.Count >= MaxToVerify && HasNews)
            {
                return;
            }
        }

        try
        {
            await due.Task.OrTimeoutAsync(request.Options.CheckpointInterval, context.Time, cancellation);
        }
        catch (TimeoutException)
        {
            // The interval is over.
        }
    }

    /// <exception cref="PeerException">There is no room, so no checkpoint may take the place of the one that lists these.</exception>
    private void Adopt(IReadOnlyList<PostponedRevision> found)
    {
        if (!progress.Postponed.Adopt(found))
        {
            throw PostponedRevisions.TooMany("Another job of the same replication has too many revisions that did not come whole.");
        }
    }

    private async Task VerifyAsync(CancellationToken cancellation)
    {
        try
        {
            await log.VerifyAsync(cancellation);
        }
        catch (PeerException failure) when (failure.IsTransient)
        {
            // Who cannot be reached now is asked next time, or when there is something to copy.
        }
    }

    /// <returns>Whether there was something to record.</returns>
    private async Task<bool> CheckpointAsync(Peer target, CancellationToken cancellation)
    {
        if (!request.Options.UseCheckpoints)
        {
            return false;
        }

        string through;
        List<PeerChange> toVerify;
        IReadOnlyList<PostponedRevision> postponed;
        int version;
        lock (_gate)
        {
            through = Through;
            version = progress.Postponed.Version;
            if (through == Recorded && version == _recordedPostponed)
            {
                return false;
            }

            postponed = progress.Postponed.Snapshot();
            toVerify = [.. _toVerify];
        }

        var session = new Session(
            _session, started, ReplicationHistory.Format(context.Time.GetUtcNow()), _start, through, progress.Statistics);
        await log.WriteAsync(
            session,
            postponed,
            request.Selection.DocumentIds is not null,
            token => VerifyTargetAsync(target, toVerify, token),
            cancellation);
        lock (_gate)
        {
            _toVerify.RemoveRange(0, toVerify.Count);
            _recorded = through;
            _recordedPostponed = version;
        }

        progress.Recorded(through);
        return true;
    }

    /// <summary>
    /// A target that was restored to an earlier moment since the last checkpoint has lost a stretch of what was stored, and may not have
    /// failed a single request. So it is asked for what it must have.
    /// </summary>
    private async Task VerifyTargetAsync(Peer target, List<PeerChange> toVerify, CancellationToken cancellation)
    {
        foreach (var some in toVerify.Chunk(request.Options.BatchSize))
        {
            if ((await target.FindMissingAsync(some, cancellation)) is not [var lost, ..])
            {
                continue;
            }

            throw new PeerException(
                new DocumentError(
                    500, "target_went_back", $"{target.Name} has lost {lost.Id}, which was stored: it was restored or emptied."),
                isTransient: false)
            {
                MustRestart = true,
            };
        }
    }
}
