using CloudWall.Documents;
using CloudWall.Replication.Peers;

namespace CloudWall.Mesh.Sync;

/// <summary>
/// Pulls all that one member has, as soon as the member says that something has changed. It counts as in step only after the member, asked
/// again when all was pulled, has said that nothing more has changed.
/// </summary>
/// <param name="link">The way to the member.</param>
/// <param name="pull">Pulls a database.</param>
/// <param name="time">The clock.</param>
/// <param name="fraction">Numbers from 0 to 1, which keep many from trying again at the same moment.</param>
public sealed class MemberPull(MemberLink link, DatabasePull pull, TimeProvider time, Func<double> fraction)
{
    /// <summary>How long the member waits until it says that nothing has changed.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(15);

    /// <summary>How much later the answer may come: a member that is unplugged is out of reach within half a minute.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _open = new(StringComparer.Ordinal);
    private string? _epoch;
    private long _sequence;

    /// <summary>How far it has come.</summary>
    public PullStatus Status { get; private set; } = new(PullState.Unknown, time.GetTimestamp(), new Dictionary<string, string>(), null);

    /// <summary>Pulls until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await FollowAsync(cancellation);
                failures = 0;
            }
            catch (PeerException failure)
            {
                Tell(PullState.OutOfReach, time.GetTimestamp(), failure.Message);
                await Task.Delay(PauseAfter(++failures), time, cancellation);
            }
        }
    }

    /// <summary>Asks once what has changed, and pulls it.</summary>
    private async Task FollowAsync(CancellationToken cancellation)
    {
        // What failed is tried again when the member has answered next.
        var asked = time.GetTimestamp();
        var isSettled = Status.State is PullState.InStep or PullState.Incomplete;
        var changed = await ReadAsync(isSettled ? Wait : TimeSpan.Zero, cancellation);
        (_epoch, _sequence) = (changed.Epoch, changed.Sequence);
        _open.UnionWith(changed.Names);
        if (changed.Names.Count == 0 && _open.Count == 0)
        {
            Tell(PullState.InStep, asked);
            return;
        }

        Tell(PullState.Behind, asked);
        foreach (var database in _open.ToList())
        {
            await PullAsync(database, cancellation);
        }

        if (_problems.Count > 0)
        {
            Tell(PullState.Incomplete, asked);
        }
    }

    private async Task<ChangedDatabases> ReadAsync(TimeSpan wait, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(wait + Grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await link.ReadChangedAsync(_epoch, _sequence, wait, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PeerException(new DocumentError(500, "timeout", "The member does not answer."), isTransient: true);
        }
    }

    private async Task PullAsync(string database, CancellationToken cancellation)
    {
        try
        {
            if (await pull.RunAsync(link, database, cancellation) is { } problem)
            {
                _problems[database] = problem;
                return;
            }
        }
        catch (PeerException gone) when (gone.Error.Error == "db_not_found")
        {
            // It was deleted after the member had named it.
        }

        _problems.Remove(database);
        _open.Remove(database);
    }

    private void Tell(PullState state, long at, string? reason = null) =>
        Status = new PullStatus(state, at, new Dictionary<string, string>(_problems), reason);

    private TimeSpan PauseAfter(int failures)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(failures - 1, 10));
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + (fraction() / 2));
    }
}
