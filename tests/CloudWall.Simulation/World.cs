namespace CloudWall.Simulation;

/// <summary>
/// A world of machines in virtual time, on one thread. Work that is ready runs in an order that the seed chooses; when none is ready, time
/// moves to the next timer or message. The same seed gives the same history. Work that reaches a machine from another thread ends the
/// simulation with an error, because its order would be chance.
/// </summary>
public sealed class World(int seed)
{
    /// <summary>The time that a piece of work takes.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMicroseconds(1);

    private readonly List<(Machine Machine, Task Task)> _ready = [];
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _later = new();
    private readonly Random _order = new(seed);
    private int _thread;
    private long _laterCount;
    private volatile string? _intruder;

    /// <summary>The virtual time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How many pieces of work have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Chances in this world other than the order of work, such as those of the network.</summary>
    public Random Random { get; } = new(unchecked((seed * 31) + 7));

    /// <summary>The commits of all stores, in order.</summary>
    public CommitLog Commits { get; } = new();

    /// <summary>The machine whose work runs now; null for none.</summary>
    internal Machine? Running { get; private set; }

    /// <summary>Whether the caller is on the thread of this world.</summary>
    internal bool IsHere => Environment.CurrentManagedThreadId == Volatile.Read(ref _thread);

    /// <summary>Runs something on a machine of its own, and everything that happens meanwhile, until it has ended.</summary>
    /// <param name="main">What is run.</param>
    /// <param name="limit">The virtual time until which it must have ended.</param>
    /// <exception cref="SimulationException">It cannot end, has not ended in time, or another thread took part.</exception>
    public T Run<T>(Func<Task<T>> main, TimeSpan limit)
    {
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        var task = new Machine(this, "outside").RunAsync(main);
        while (!task.IsCompleted)
        {
            if (_intruder is { } intruder)
            {
                throw new SimulationException($"Another thread took part: {intruder}");
            }

            if (Now > limit)
            {
                throw new SimulationException($"It has not ended after {Now}.");
            }

            Advance();
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs something on another thread for which the thread of this world waits: it counts as that one meanwhile.</summary>
    internal T RunInPlace<T>(Func<T> work)
    {
        var waiting = Volatile.Read(ref _thread);
        Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
        try
        {
            return work();
        }
        finally
        {
            Volatile.Write(ref _thread, waiting);
        }
    }

    /// <summary>Completes when some time has passed.</summary>
    public Task WaitAsync(TimeSpan time)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        After(time, over.SetResult);
        return over.Task;
    }

    /// <summary>Has something happen later.</summary>
    internal void After(TimeSpan delay, Action action)
    {
        CheckThread();
        _later.Enqueue(action, (Now + delay, _laterCount++));
    }

    /// <summary>Notes work that is ready.</summary>
    internal void Add(Machine machine, Task task)
    {
        if (CheckThread())
        {
            _ready.Add((machine, task));
        }
    }

    private void Advance()
    {
        while (_later.TryPeek(out var action, out var due) && due.At <= Now)
        {
            _later.Dequeue();
            action();
        }

        if (_ready.Count > 0)
        {
            var index = _order.Next(_ready.Count);
            var (machine, task) = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            Running = machine;
            machine.Execute(task);
            Running = null;
            Now += Step;
            Steps++;
        }
        else if (_later.TryPeek(out _, out var next))
        {
            Now = next.At;
        }
        else
        {
            throw new SimulationException("Everything waits, and nothing will ever happen.");
        }
    }

    private bool CheckThread()
    {
        if (!IsHere)
        {
            _intruder ??= Environment.StackTrace;
            return false;
        }

        return true;
    }
}
