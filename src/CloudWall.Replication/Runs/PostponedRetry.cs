using CloudWall.Documents.Waiting;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>Asks a source again, beside a run, for the revisions that it did not send whole: for each alone, and for no other.</summary>
/// <param name="progress">What is postponed, and what is counted.</param>
/// <param name="checkpoints">Told of what has come.</param>
/// <param name="open">Makes what copies a document.</param>
/// <param name="places">How many copies there may be at a time, since each may need two connections.</param>
/// <param name="time">The time.</param>
/// <param name="dropped">Told of each revision that the source does not have any more.</param>
internal sealed class PostponedRetry(
    RunProgress progress,
    RunCheckpoints checkpoints,
    Func<BatchCopy> open,
    Turns places,
    TimeProvider time,
    Action<PostponedRevision> dropped)
{
    /// <summary>After so many revisions in a row that were not answered at all, it is the peer that fails: the others wait.</summary>
    public const int MaxFailuresInRow = 3;

    private readonly Turns _turn = new(1);
    private volatile bool _isLast;

    /// <summary>Whether something has come.</summary>
    public bool HasStored { get; private set; }

    /// <summary>Has <see cref="RunAsync"/> try once more what it has not, and end.</summary>
    public void End()
    {
        _isLast = true;
        progress.Postponed.Wake();
    }

    /// <summary>Asks for each revision when it is due.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var isLast = _isLast;
            await AskAsync(isLast, cancellation);
            if (isLast)
            {
                return;
            }

            await progress.Postponed.WaitAsync(time, cancellation);
        }
    }

    /// <summary>Asks for all that is due now.</summary>
    /// <param name="isLast">Whether to ask for all that this run has not asked for again yet.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task AskAsync(bool isLast, CancellationToken cancellation)
    {
        await _turn.EnterAsync(cancellation);
        try
        {
            var now = PostponedRevisions.Now(time);
            var failures = 0;
            while (progress.Postponed.Due(now, isLast) is { Count: > 0 } due)
            {
                foreach (var revision in due)
                {
                    failures = await TryAsync(revision, cancellation) ? 0 : failures + 1;
                    if (failures == MaxFailuresInRow)
                    {
                        progress.Postponed.Pause(time);
                        return;
                    }
                }
            }
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <returns>Whether both peers answered.</returns>
    private async Task<bool> TryAsync(PostponedRevision revision, CancellationToken cancellation)
    {
        await places.EnterAsync(cancellation);
        try
        {
            var copy = open();
            await copy.RunAsync([new PeerChange("0", revision.Id, [revision.Revision])], isTargetEmpty: false, cancellation);
            HasStored |= copy.Stored > 0;
            checkpoints.Settle(copy.ToVerify, () => Settle(revision, copy));
            return true;
        }
        catch (PeerException failure) when (!failure.MustRestart)
        {
            // Whether the peer is there is for the rest of the run to find out.
            progress.Postponed.Fail(revision, time);
            return false;
        }
        finally
        {
            places.Leave();
        }
    }

    private void Settle(PostponedRevision revision, BatchCopy copy)
    {
        if (copy.NotSent.Count > 0)
        {
            progress.Postponed.Fail(revision, time);
        }
        else if (!copy.IsGone)
        {
            progress.Postponed.End(revision);
        }
        else if (progress.Postponed.Miss(revision, time))
        {
            dropped(revision);
        }
    }
}
