using CloudWall.Replication.Peers;

namespace CloudWall.Mesh.Sync;

/// <summary>Pulls all that one member has, as soon as the member says that something has changed.</summary>
/// <param name="link">The way to the member.</param>
/// <param name="pull">Pulls a database.</param>
/// <param name="time">The clock.</param>
/// <param name="fraction">Numbers from 0 to 1, which keep many from trying again at the same moment.</param>
public sealed class MemberPull(MemberLink link, DatabasePull pull, TimeProvider time, Func<double> fraction)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>How far it has come.</summary>
    public PullStatus Status { get; private set; } = new(PullState.Unknown, time.GetTimestamp(), new Dictionary<string, string>(), null);

    /// <summary>Pulls until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var failures = 0;
        var (epoch, sequence) = ((string?)null, 0L);
        while (true)
        {
            try
            {
                var changed = await ReadAsync(epoch, sequence, cancellation);
                if (changed is not null)
                {
                    (epoch, sequence) = (changed.Epoch, changed.Sequence);
                    _open.UnionWith(changed.Names);
                    failures = 0;
                }

                await PullAsync(cancellation);
                Tell(_problems.Count == 0 ? PullState.InStep : PullState.Incomplete);
                failures = 0;
            }
            catch (PeerException failure)
            {
                Tell(PullState.OutOfReach, failure.Message);
                await Task.Delay(PauseAfter(++failures), time, cancellation);
            }
        }
    }

    /// <summary>Reads what has changed; null where something that failed is due again first.</summary>
    private async Task<ChangedDatabases?> ReadAsync(string? epoch, long sequence, CancellationToken cancellation)
    {
        if (_open.Count == 0)
        {
            return await link.ReadChangedAsync(epoch, sequence, cancellation);
        }

        using var due = new CancellationTokenSource(LongestPause, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellation);
        try
        {
            return await link.ReadChangedAsync(epoch, sequence, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task PullAsync(CancellationToken cancellation)
    {
        foreach (var database in _open.Order(StringComparer.Ordinal).ToList())
        {
            Tell(PullState.Behind);
            try
            {
                if (await pull.RunAsync(link, database, cancellation) is { } problem)
                {
                    _problems[database] = problem;
                    continue;
                }
            }
            catch (PeerException gone) when (gone.Error.Error == "db_not_found")
            {
                // It was deleted after the member had named it.
            }

            _problems.Remove(database);
            _open.Remove(database);
        }
    }

    private void Tell(PullState state, string? reason = null) =>
        Status = new PullStatus(state, time.GetTimestamp(), new Dictionary<string, string>(_problems), reason);

    private TimeSpan PauseAfter(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + (fraction() / 2));
    }
}
