namespace CloudWall.Scripting;

/// <summary>
/// Calls when something may have been idle for long enough to be dropped. It runs only while there is something to drop, so that an idle
/// process does not wake up. All members but the callback are for whoever holds the owner's lock.
/// </summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _idleTime;
    private readonly ITimer _timer;
    private bool _runs;

    /// <summary>A timer that does not run yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="idleTime">How long something may be idle.</param>
    /// <param name="drop">Drops what has been idle for that long, and calls <see cref="Continue"/> with the rest.</param>
    public IdleTimer(TimeProvider time, TimeSpan idleTime, Action drop)
    {
        (_time, _idleTime) = (time, idleTime);
        _timer = time.CreateTimer(
            static drop => ((Action)drop!)(), drop, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something was used at this moment that was not there before.</summary>
    public void Start()
    {
        if (!_runs)
        {
            _runs = true;
            _timer.Change(_idleTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What was idle has been dropped.</summary>
    /// <param name="oldestUse">When the longest unused of the rest was used; null where nothing is left.</param>
    public void Continue(long? oldestUse)
    {
        _runs = oldestUse is not null;
        var wait = Timeout.InfiniteTimeSpan;
        if (oldestUse is { } use)
        {
            // Whole seconds: what was used at almost the same time goes together.
            var rest = _idleTime - _time.GetElapsedTime(use);
            wait = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(rest.TotalSeconds)));
        }

        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => _timer.Dispose();
}
