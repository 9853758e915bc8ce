namespace CloudWall.Indexing.Building;

/// <summary>
/// Limits how many indexes are built at the same time, so that a short build never waits for a long one. A build begins with a long turn
/// where one is free, or else with the quick turn. While other builds wait, it yields its turn between two steps and goes on with a long
/// one. A build that cannot yield, because one of its functions runs for too long, loses its turn: its function goes on, within the limits
/// of functions, and the build waits for a long turn after that.
/// </summary>
/// <param name="count">The number of long turns.</param>
/// <param name="time">The clock.</param>
internal sealed class BuildTurns(int count, TimeProvider time) : IDisposable
{
    /// <summary>How long a build keeps the quick turn while others wait for it.</summary>
    public static readonly TimeSpan QuickLength = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a build keeps a long turn while others wait for one.</summary>
    public static readonly TimeSpan LongLength = TimeSpan.FromMilliseconds(200);

    /// <summary>How much later than it should have yielded a build loses its turn, at least; at most twice as much.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);

    /// <summary>Builds that have lost their turn keep threads. When there are so many of them, no other loses its turn.</summary>
    private const int MostLost = 100;

    private readonly Lock _lock = new();
    private readonly BuildLine _quick = new(1, QuickLength);
    private readonly BuildLine _long = new(count, LongLength);
    private ITimer? _watch;
    private int _lost;
    private bool _isWatching;
    private bool _isDisposed;

    /// <summary>The number of databases with waiting builds; one that waits in both lines counts twice.</summary>
    public int Waiting => _quick.Waiting + _long.Waiting;

    /// <summary>Waits for a turn.</summary>
    /// <param name="database">The database's incarnation.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The turn, which ends when it is disposed.</returns>
    public async Task<BuildTurn> TakeAsync(string database, CancellationToken cancellation)
    {
        var turn = new BuildTurn(this, database, time);
        await EnterAsync(turn, isNew: true, cancellation);
        return turn;
    }

    /// <summary>Ends the watch over turns. Nothing takes or yields a turn after that.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _watch?.Dispose();
        }
    }

    /// <summary>Waits for a turn: a new build for the quick one where no long one is free, another build for a long one.</summary>
    internal async Task EnterAsync(BuildTurn turn, bool isNew, CancellationToken cancellation)
    {
        Task entered;
        lock (_lock)
        {
            var line = isNew && !_long.HasRoom ? _quick : _long;
            entered = line.Enter(turn, cancellation);
            Watch();
        }

        await entered;
    }

    /// <summary>Ends a turn.</summary>
    internal void Leave(BuildTurn turn)
    {
        lock (_lock)
        {
            if (turn.Line is { } line)
            {
                _lost -= turn.IsLost ? 1 : 0;
                line.Leave(turn);
            }
        }
    }

    /// <summary>Looks after the turns while builds wait for one. The caller holds the lock.</summary>
    private void Watch()
    {
        if (!_isWatching && !_isDisposed && Waiting > 0)
        {
            _isWatching = true;
            _watch ??= time.CreateTimer(
                static state => ((BuildTurns)state!).TakeAway(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _watch.Change(Grace, Timeout.InfiniteTimeSpan);
        }
    }

    private void TakeAway()
    {
        lock (_lock)
        {
            _isWatching = false;
            _lost += _quick.TakeAway(Grace, MostLost - _lost);
            _lost += _long.TakeAway(Grace, MostLost - _lost);
            Watch();
        }
    }
}
