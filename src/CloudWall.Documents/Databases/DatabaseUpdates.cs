using CloudWall.Documents.Changes;
using CloudWall.Documents.Waiting;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The latest event of each database, in order. The numbers restart with the node; all existing databases are then reported as updated, so
/// that no reader misses an event. For deleted databases, only the latest events are kept.
/// </summary>
public sealed class DatabaseUpdates
{
    /// <summary>The maximum number of deletions that are kept.</summary>
    internal const int MaxDeletions = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<(string Name, long Sequence)> _deletions = new();
    private readonly Dictionary<string, long> _latest = new(StringComparer.Ordinal);
    private readonly SortedSet<DatabaseUpdate> _events =
        new(Comparer<DatabaseUpdate>.Create(static (one, other) => one.Sequence.CompareTo(other.Sequence)));
    private readonly ChangeSignal _signal = new();
    private readonly ChangeSignal _creationOrDeletion = new();
    private long _sequence;
    private long _creationsAndDeletions;

    internal DatabaseUpdates(string epoch) => Epoch = epoch;

    /// <summary>Distinguishes this start of the node from others: 32 hexadecimal digits.</summary>
    public string Epoch { get; }

    /// <summary>The latest event's number.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>The number of database creations and deletions so far; see <see cref="WaitForCreationOrDeletionAsync"/>.</summary>
    public long CreationsAndDeletions => Volatile.Read(ref _creationsAndDeletions);

    /// <summary>Returns the events after a number, oldest first.</summary>
    public IReadOnlyList<DatabaseUpdate> After(long sequence)
    {
        lock (_gate)
        {
            return sequence >= _sequence ? [] : [.. _events.GetViewBetween(At(sequence + 1), At(long.MaxValue))];
        }
    }

    /// <summary>Completes when an event after a number exists.</summary>
    public Task WaitAsync(long after, CancellationToken cancellation) => WaitAsync(_signal, () => Sequence > after, cancellation);

    /// <summary>Completes after the next creation or deletion of a database. Writes do not wake the caller.</summary>
    /// <param name="after">The earlier value of <see cref="CreationsAndDeletions"/>.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public Task WaitForCreationOrDeletionAsync(long after, CancellationToken cancellation) =>
        WaitAsync(_creationOrDeletion, () => CreationsAndDeletions > after, cancellation);

    internal void Add(string name, DatabaseUpdateKind kind)
    {
        lock (_gate)
        {
            if (_latest.TryGetValue(name, out var earlier))
            {
                _events.Remove(At(earlier));
            }

            var number = _sequence + 1;
            _latest[name] = number;
            _events.Add(new DatabaseUpdate(number, name, kind));
            if (kind == DatabaseUpdateKind.Deleted)
            {
                _deletions.Enqueue((name, number));
                ForgetDeletions();
            }

            Volatile.Write(ref _sequence, number);
        }

        _signal.Raise();
        if (kind != DatabaseUpdateKind.Updated)
        {
            Interlocked.Increment(ref _creationsAndDeletions);
            _creationOrDeletion.Raise();
        }
    }

    /// <summary>The number of databases with an event, including deleted ones.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _latest.Count;
            }
        }
    }

    private void ForgetDeletions()
    {
        while (_deletions.Count > MaxDeletions)
        {
            var (name, sequence) = _deletions.Dequeue();
            if (_latest.TryGetValue(name, out var latest) && latest == sequence)
            {
                _latest.Remove(name);
                _events.Remove(At(sequence));
            }
        }
    }

    private static async Task WaitAsync(ChangeSignal signal, Func<bool> isThere, CancellationToken cancellation)
    {
        while (true)
        {
            var next = signal.Next();
            if (isThere())
            {
                return;
            }

            await next.OrCancelledAsync(cancellation);
        }
    }

    private static DatabaseUpdate At(long sequence) => new(sequence, string.Empty, DatabaseUpdateKind.Updated);
}
