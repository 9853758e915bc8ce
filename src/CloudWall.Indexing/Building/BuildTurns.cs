
namespace CloudWall.Indexing.Building;

/// <summary>
/// Limits how many indexes are built at the same time. While others wait, a build yields its turn after <see cref="Length"/>, between two
/// steps. Databases take turns, however many indexes each has.
/// </summary>
/// <param name="count">The number of concurrent builds.</param>
/// <param name="time">The clock.</param>
internal sealed class BuildTurns(int count, TimeProvider time)
{
    /// <summary>How long a build keeps its turn while others wait.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue> _databases = new(StringComparer.Ordinal);
    private readonly LinkedList<Queue> _waiting = new();
    private int _free = count;

    /// <summary>The number of databases with waiting builds.</summary>
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
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The turn, which ends when it is disposed.</returns>
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
            // A database with more waiting builds goes to the end of the queue.
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

    /// <summary>The database that is next: the first without a running build, or else the first.</summary>
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

        /// <summary>Whether the build has to yield to others.</summary>
        public bool IsOver => time.GetElapsedTime(_since) >= Length && turns.Waiting > 0;

        /// <summary>Waits for the next turn.</summary>
        public async Task TakeAsync(CancellationToken cancellation)
        {
            await turns.EnterAsync(database, cancellation);
            _isHeld = true;
            _since = time.GetTimestamp();
        }

        /// <summary>Yields the turn and waits for the next one.</summary>
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

    /// <summary>The running and the waiting builds of a database.</summary>
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
