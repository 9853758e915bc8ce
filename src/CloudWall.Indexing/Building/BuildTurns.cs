
namespace CloudWall.Indexing.Building;

/// <summary>
/// Which indexes are built at a time. Where others wait, a build gives its turn up between two steps once it has had it for
/// <see cref="Length"/>; databases take turns, however many indexes each has.
/// </summary>
/// <param name="count">How many are built at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class BuildTurns(int count, TimeProvider time)
{
    /// <summary>How long a build keeps its turn where others wait.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue> _databases = new(StringComparer.Ordinal);
    private readonly LinkedList<Queue> _waiting = new();
    private int _free = count;

    /// <summary>How many databases have builds that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="database">The database's incarnation.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The turn, until it is disposed.</returns>
    public async Task<BuildTurn> TakeAsync(string database, CancellationToken cancellation)
    {
        var turn = new BuildTurn(this, database, time);
        await turn.TakeAsync(cancellation);
        return turn;
    }

    private async Task EnterAsync(string database, CancellationToken cancellation)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_databases.TryGetValue(database, out var queue))
            {
                _databases.Add(database, queue = new Queue(database));
            }

            queue.Waiting.Enqueue(entered);
            if (queue.Node.List is null)
            {
                _waiting.AddLast(queue.Node);
            }

            Admit();
        }

        using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), entered);
        await entered.Task;
    }

    private void Leave(string database)
    {
        lock (_lock)
        {
            _free++;
            _databases[database].Running--;
            Admit();
            Forget(_databases[database]);
        }
    }

    private void Admit()
    {
        while (_free > 0 && Next() is { } queue)
        {
            // To the end of the line, if it has more.
            var entered = queue.Waiting.Dequeue();
            _waiting.Remove(queue.Node);
            if (queue.Waiting.Count > 0)
            {
                _waiting.AddLast(queue.Node);
            }

            if (entered.TrySetResult())
            {
                queue.Running++;
                _free--;
            }
            else
            {
                Forget(queue);
            }
        }
    }

    /// <summary>The database whose turn it is: the first that has none, or the first.</summary>
    private Queue? Next()
    {
        foreach (var queue in _waiting)
        {
            if (queue.Running == 0)
            {
                return queue;
            }
        }

        return _waiting.First?.Value;
    }

    private void Forget(Queue queue)
    {
        if (queue.Running == 0 && queue.Waiting.Count == 0)
        {
            _databases.Remove(queue.Database);
        }
    }

    /// <summary>A build's turn.</summary>
    internal sealed class BuildTurn(BuildTurns turns, string database, TimeProvider time) : IDisposable
    {
        private bool _isHeld;
        private long _since;

        /// <summary>Whether it is time to give way to others.</summary>
        public bool IsOver => time.GetElapsedTime(_since) >= Length && turns.Waiting > 0;

        /// <summary>Waits for the next turn.</summary>
        public async Task TakeAsync(CancellationToken cancellation)
        {
            await turns.EnterAsync(database, cancellation);
            _isHeld = true;
            _since = time.GetTimestamp();
        }

        /// <summary>Gives the turn up, and waits for the next.</summary>
        public Task GiveWayAsync(CancellationToken cancellation)
        {
            Dispose();
            return TakeAsync(cancellation);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_isHeld)
            {
                _isHeld = false;
                turns.Leave(database);
            }
        }
    }

    /// <summary>What a database has of them, and waits for.</summary>
    private sealed class Queue
    {
        public Queue(string database)
        {
            Database = database;
            Node = new LinkedListNode<Queue>(this);
        }

        public string Database { get; }

        public LinkedListNode<Queue> Node { get; }

        public Queue<TaskCompletionSource> Waiting { get; } = new();

        public int Running { get; set; }
    }
}
