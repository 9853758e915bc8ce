using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Runs;

/// <summary>Asks a source again, beside a run, for the revisions that it did not send whole.</summary>
/// <param name="progress">What is postponed, and what is counted.</param>
/// <param name="checkpoints">Told of what has come.</param>
/// <param name="open">Makes what copies a document.</param>
/// <param name="places">How many copies there may be at a time, since each may need two connections.</param>
/// <param name="time">The time.</param>
internal sealed class PostponedRetry(
    RunProgress progress, RunCheckpoints checkpoints, Func<BatchCopy> open, SemaphoreSlim places, TimeProvider time)
{
    /// <summary>After so many documents in a row that were not answered at all, it is the peer that fails: the others wait.</summary>
    private const int MaxFailuresInRow = 3;

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

    /// <summary>Asks for what is due.</summary>
    /// <param name="isLast">Whether to ask for those, too, that this run has not asked for again yet.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task AskAsync(bool isLast, CancellationToken cancellation)
    {
        var failures = 0;
        foreach (var document in progress.Postponed.Due(time, isLast))
        {
            if (failures == MaxFailuresInRow)
            {
                progress.Postponed.Defer(document, wasTried: false, time);
                continue;
            }

            await places.WaitAsync(cancellation);
            try
            {
                var copy = open();
                await copy.RunAsync([document], isTargetEmpty: false, cancellation);
                HasStored |= copy.Stored > 0;
                checkpoints.Settle(copy.ToVerify, () => Settle(document, copy.NotSent));
                failures = 0;
            }
            catch (PeerException failure) when (!failure.MustRestart)
            {
                // Whether the peer is there is for the rest of the run to find out.
                progress.Postponed.Defer(document, wasTried: true, time);
                failures++;
            }
            finally
            {
                places.Release();
            }
        }
    }

    private void Settle(PeerChange document, IReadOnlyList<WriteFailure> failures)
    {
        var added = progress.Postponed.Settle(document, failures, time);
        progress.Add(new ReplicationStatistics { Read = added, Failures = added });
    }
}
