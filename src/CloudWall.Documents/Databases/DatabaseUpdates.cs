using CloudWall.Documents.Changes;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The latest event of each database, in their order. Numbers begin anew with every start of the node: every database that is
/// there is then reported as updated, so that no reader misses anything.
/// </summary>
public sealed class DatabaseUpdates
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _latest = new(StringComparer.Ordinal);
    private readonly SortedSet<DatabaseUpdate> _events =
        new(Comparer<DatabaseUpdate>.Create(static (one, other) => one.Sequence.CompareTo(other.Sequence)));
    private readonly ChangeSignal _signal = new();
    private long _sequence;

    internal DatabaseUpdates(string epoch) => Epoch = epoch;

    /// <summary>What tells this start of the node from others: 32 hexadecimal digits.</summary>
    public string Epoch { get; }

    /// <summary>The latest event's number.</summary>
    public long Sequence => Volatile.Read(ref _sequence);

    /// <summary>The events after a number, oldest first.</summary>
    public IReadOnlyList<DatabaseUpdate> After(long sequence)
    {
        lock (_gate)
        {
            return sequence >= _sequence ? [] : [.. _events.GetViewBetween(At(sequence + 1), At(long.MaxValue))];
        }
    }

    /// <summary>Completes when there is an event after a number.</summary>
    public async Task WaitAsync(long after, CancellationToken cancellation)
    {
        while (true)
        {
            var next = _signal.Next();
            if (Sequence > after)
            {
                return;
            }

            await next.WaitAsync(cancellation);
        }
    }

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
            Volatile.Write(ref _sequence, number);
        }

        _signal.Raise();
    }

    private static DatabaseUpdate At(long sequence) => new(sequence, string.Empty, DatabaseUpdateKind.Updated);
}
