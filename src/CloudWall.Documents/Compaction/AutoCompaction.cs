using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Compaction;

/// <summary>
/// Schedules compactions automatically, like CouchDB's smoosh. A database is checked some time after a write that leaves garbage, and not
/// again too soon. Without writes no timer runs.
/// </summary>
internal sealed class AutoCompaction
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TaskScheduler _scheduler;
    private readonly CompactionOptions _options;
    private readonly List<ChannelQueue> _queues = [];
    private readonly List<(DatabaseCore Core, DateTimeOffset Due)> _noted = [];
    private Func<IReadOnlyList<DatabaseCore>>? _unseen;
    private ITimer? _timer;
    private DateTimeOffset _due = DateTimeOffset.MaxValue;
    private bool _stopped;

    public AutoCompaction(TimeProvider time, EngineOptions options)
    {
        _time = time;
        _scheduler = options.Scheduler;
        _options = options.Compaction;
        foreach (var channel in _options.Channels)
        {
            _queues.Add(new ChannelQueue(channel));
        }
    }

    /// <summary>Schedules a check of all databases, because they may have garbage from before the start.</summary>
    public void Start(Func<IReadOnlyList<DatabaseCore>> databases)
    {
        lock (_gate)
        {
            if (_queues.Count > 0)
            {
                _unseen = databases;
                Arm(_time.GetUtcNow() + _options.Warmup);
            }
        }
    }

    /// <summary>Stops scheduling.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _timer?.Dispose();
            _noted.Clear();
            _queues.Clear();
        }
    }

    /// <summary>Reports a write to a database.</summary>
    public void OnWrite(DatabaseCore core)
    {
        if (core.IsScheduled || !core.State.Sizes.HasGarbage)
        {
            return;
        }

        lock (_gate)
        {
            if (!core.IsScheduled && _queues.Count > 0)
            {
                core.IsScheduled = true;
                var due = _time.GetUtcNow() + _options.Warmup;
                due = core.NextCheck > due ? core.NextCheck : due;
                _noted.Add((core, due));
                Arm(due);
            }
        }
    }

    /// <summary>Sets the timer to a time unless it fires earlier.</summary>
    private void Arm(DateTimeOffset due)
    {
        if (_stopped || due >= _due)
        {
            return;
        }

        _due = due;
        var wait = due - _time.GetUtcNow();
        wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        if (_timer is null)
        {
            _timer = _time.CreateTimer(static all => ((AutoCompaction)all!).Wake(), this, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Wake() =>
        Task.Factory.StartNew(CheckDue, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);

    private void CheckDue()
    {
        var now = _time.GetUtcNow();
        var databases = new List<DatabaseCore>();
        Func<IReadOnlyList<DatabaseCore>>? unseen;
        lock (_gate)
        {
            _due = DateTimeOffset.MaxValue;
            unseen = _unseen;
            _unseen = null;
            foreach (var (core, due) in _noted)
            {
                if (due <= now)
                {
                    databases.Add(core);
                }
            }

            _noted.RemoveAll(noted => noted.Due <= now);
        }

        foreach (var core in unseen?.Invoke() ?? [])
        {
            if (!core.IsScheduled)
            {
                core.IsScheduled = true;
                databases.Add(core);
            }
        }

        foreach (var core in databases)
        {
            if (!TryQueue(core))
            {
                Release(core);
            }
        }

        List<(ChannelQueue Queue, DatabaseCore Core)> next;
        lock (_gate)
        {
            foreach (var (_, due) in _noted)
            {
                Arm(due);
            }

            next = TakeNext();
        }

        Start(next);
    }

    /// <summary>Queues a database in the first channel that accepts it.</summary>
    private bool TryQueue(DatabaseCore core)
    {
        try
        {
            if (core.IsClosed || core.Compactor is not { } compactor || !core.PeekState().Sizes.HasGarbage)
            {
                return false;
            }

            var space = SpaceUse.Measure(core);
            var file = Math.Max(space.Active, space.File - compactor.Slack);
            var changes = core.State.UpdateSequence - core.State.CompactedSequence;
            lock (_gate)
            {
                foreach (var queue in _queues)
                {
                    if (queue.Channel.Rank(file, space.Active, changes) is { } need)
                    {
                        if (queue.Add(core, need) is { } leftOut)
                        {
                            Release(leftOut);
                        }

                        return true;
                    }
                }
            }
        }
        catch (Exception exception)
        {
            Report(core, exception);
        }

        return false;
    }

    /// <summary>Allows the database to be scheduled again.</summary>
    private void Release(DatabaseCore core)
    {
        core.NextCheck = _time.GetUtcNow() + _options.Staleness;
        core.IsScheduled = false;
    }

    /// <summary>Dequeues the databases that may be compacted now. The caller holds the lock.</summary>
    private List<(ChannelQueue Queue, DatabaseCore Core)> TakeNext()
    {
        var next = new List<(ChannelQueue Queue, DatabaseCore Core)>();
        var now = _time.GetUtcNow();
        foreach (var queue in _queues)
        {
            while (queue.CanTake)
            {
                var wait = queue.Channel.Window?.UntilOpen(now) ?? TimeSpan.Zero;
                if (wait > TimeSpan.Zero)
                {
                    Arm(now + wait);
                    break;
                }

                next.Add((queue, queue.Take()));
            }
        }

        return next;
    }

    /// <summary>
    /// Starts compactions. Call it without the lock: it reads the databases' states from the store, and every commit needs the lock.
    /// </summary>
    private void Start(List<(ChannelQueue Queue, DatabaseCore Core)> next)
    {
        foreach (var (queue, core) in next)
        {
            _ = CompactAsync(queue, core);
        }
    }

    private async Task CompactAsync(ChannelQueue queue, DatabaseCore core)
    {
        try
        {
            await core.Compactor!.StartAsync(queue.Channel is { StrictWindow: true, Window: { } window } ? () => WaitAsync(window, core) : null);
        }
        catch (Exception exception)
        {
            Report(core, exception);
        }

        List<(ChannelQueue Queue, DatabaseCore Core)> next;
        lock (_gate)
        {
            queue.Running--;
            Release(core);
            next = TakeNext();
        }

        Start(next);
    }

    private async Task WaitAsync(CompactionWindow window, DatabaseCore core)
    {
        while (window.UntilOpen(_time.GetUtcNow()) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, core.Closing);
        }
    }

    private void Report(DatabaseCore core, Exception exception)
    {
        // Deletion of the database or a stop of the node is not a failure.
        if (!core.IsClosed)
        {
            _options.Failed(core.Name, exception);
        }
    }

    private sealed class ChannelQueue(CompactionChannel channel)
    {
        private readonly PriorityQueue<DatabaseCore, double> _waiting = new(Comparer<double>.Create(static (one, other) => other.CompareTo(one)));

        public CompactionChannel Channel => channel;

        public int Running { get; set; }

        public bool CanTake => Running < channel.Concurrency && _waiting.Count > 0;

        public DatabaseCore Take()
        {
            Running++;
            return _waiting.Dequeue();
        }

        /// <summary>Adds a database.</summary>
        /// <returns>The database that was displaced, if any; possibly the one just added.</returns>
        public DatabaseCore? Add(DatabaseCore core, double need)
        {
            _waiting.Enqueue(core, need);
            if (_waiting.Count <= channel.Capacity)
            {
                return null;
            }

            var least = _waiting.UnorderedItems.MinBy(static item => item.Priority).Element;
            _waiting.Remove(least, out _, out _);
            return least;
        }
    }
}
