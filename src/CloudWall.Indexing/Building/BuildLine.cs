namespace CloudWall.Indexing.Building;

/// <summary>
/// Builds that have a turn of one length, and those that wait for one. Databases alternate, however many indexes each has.
/// <see cref="BuildTurns"/> guards it with its lock, but for <see cref="Waiting"/>.
/// </summary>
/// <param name="count">The number of turns.</param>
/// <param name="length">How long a build keeps its turn while others wait.</param>
internal sealed class BuildLine(int count, TimeSpan length)
{
    private readonly Dictionary<string, Queue> _databases = new(StringComparer.Ordinal);
    private readonly LinkedList<Queue> _queues = new();
    private readonly List<BuildTurn> _held = [];
    private int _free = count;
    private int _waiting;

    /// <summary>How long a build keeps its turn while others wait.</summary>
    public TimeSpan Length => length;

    /// <summary>The number of databases with waiting builds.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether a turn is free that nobody waits for.</summary>
    public bool HasRoom => _free > 0 && _queues.Count == 0;

    /// <summary>Begins a turn as soon as one is free.</summary>
    /// <returns>Completes when the turn has begun.</returns>
    public Task Enter(BuildTurn turn, CancellationToken cancellation)
    {
        if (!_databases.TryGetValue(turn.Database, out var queue))
        {
            _databases.Add(turn.Database, queue = new Queue(turn.Database));
        }

        var entry = new Entry(turn, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        queue.Waiting.Enqueue(entry);
        if (queue.Node.List is null)
        {
            _queues.AddLast(queue.Node);
        }

        Admit();
        return entry.Entered.Task.IsCompleted ? entry.Entered.Task : WaitAsync(entry.Entered, cancellation);
    }

    /// <summary>Ends a turn, or that which a build does after it has lost its turn.</summary>
    public void Leave(BuildTurn turn)
    {
        var queue = _databases[turn.Database];
        turn.End();
        queue.Running--;
        if (_held.Remove(turn))
        {
            _free++;
        }

        Admit();
        Forget(queue);
    }

    /// <summary>While builds wait, takes the turns away of those that should have yielded theirs before.</summary>
    /// <param name="grace">How much longer than <see cref="Length"/> a build keeps its turn.</param>
    /// <param name="most">The largest number of turns to take away.</param>
    /// <returns>How many turns were taken away.</returns>
    public int TakeAway(TimeSpan grace, int most)
    {
        var taken = 0;
        for (var i = _held.Count - 1; i >= 0 && taken < most && _queues.Count > 0; i--)
        {
            var turn = _held[i];
            if (turn.Age >= length + grace)
            {
                turn.IsLost = true;
                _held.RemoveAt(i);
                _free++;
                taken++;
                Admit();
            }
        }

        return taken;
    }

    private static async Task WaitAsync(TaskCompletionSource entered, CancellationToken cancellation)
    {
        using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), entered);
        await entered.Task;
    }

    private void Admit()
    {
        while (_free > 0 && Next() is { } queue)
        {
            // A database with more waiting builds goes to the end of the line.
            var (turn, entered) = queue.Waiting.Dequeue();
            _queues.Remove(queue.Node);
            if (queue.Waiting.Count > 0)
            {
                _queues.AddLast(queue.Node);
            }

            turn.Begin(this);
            if (entered.TrySetResult())
            {
                _held.Add(turn);
                queue.Running++;
                _free--;
            }
            else
            {
                turn.End();
                Forget(queue);
            }
        }

        Volatile.Write(ref _waiting, _queues.Count);
    }

    /// <summary>The database that is next: the first without a running build, or else the first.</summary>
    private Queue? Next()
    {
        foreach (var queue in _queues)
        {
            if (queue.Running == 0)
            {
                return queue;
            }
        }

        return _queues.First?.Value;
    }

    private void Forget(Queue queue)
    {
        if (queue.Running == 0 && queue.Waiting.Count == 0)
        {
            _databases.Remove(queue.Database);
        }
    }

    /// <summary>A build that waits.</summary>
    private sealed record Entry(BuildTurn Turn, TaskCompletionSource Entered);

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

        public Queue<Entry> Waiting { get; } = new();

        public int Running { get; set; }
    }
}
