namespace CloudWall.Replication.Remote;

/// <summary>
/// Things that several use at a time, by name. What nobody uses is kept for whoever asks next, up to a number; the one that has rested
/// longest goes first. Not safe for use by several threads at a time.
/// </summary>
/// <param name="maxIdle">How many are kept that nobody uses.</param>
internal sealed class SharedPool<T>(int maxIdle)
    where T : class
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _idle = new();

    /// <summary>All of them.</summary>
    public IEnumerable<T> All => _entries.Values.Select(static entry => entry.Value);

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>Takes one; it is made where there is none of the name.</summary>
    public T Take(string name, Func<T> create)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            _entries.Add(name, entry = new Entry(create()));
        }
        else if (entry.Rest is { } rest)
        {
            _idle.Remove(rest);
            entry.Rest = null;
        }

        entry.Users++;
        return entry.Value;
    }

    /// <summary>Gives one back.</summary>
    /// <returns>What is not kept any more; null where all is.</returns>
    public T? Return(string name)
    {
        var entry = _entries[name];
        if (--entry.Users > 0)
        {
            return null;
        }

        entry.Rest = _idle.AddLast(name);
        if (_idle.Count <= maxIdle)
        {
            return null;
        }

        var oldest = _idle.First!.Value;
        _idle.RemoveFirst();
        _entries.Remove(oldest, out var gone);
        return gone!.Value;
    }

    private sealed class Entry(T value)
    {
        public T Value => value;

        public int Users { get; set; }

        public LinkedListNode<string>? Rest { get; set; }
    }
}
