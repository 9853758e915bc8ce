namespace CloudWall.Scripting.QuickJs;

/// <summary>
/// Bytes that all instances of an engine may have together, beyond what each begins with, and that what is kept between calls may have. One
/// database has at most two thirds of what the others leave. What is kept takes at most half, and makes way for calls: what was used
/// longest ago goes first.
/// </summary>
/// <param name="bytes">How many.</param>
/// <param name="released">
/// Told how many bytes a call had, when it gives them back, and how many were kept, when they are no longer. Null where nobody wants
/// to know.
/// </param>
internal sealed class MemoryBudget(long bytes, Action<long>? released = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _scopes = new(StringComparer.Ordinal);
    private readonly LinkedList<KeptMemory> _items = new();
    private long _taken;
    private long _kept;
    private int _instances;

    /// <summary>What calls have taken.</summary>
    public long Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>What is kept between calls.</summary>
    public long Kept
    {
        get
        {
            lock (_lock)
            {
                return _kept;
            }
        }
    }

    /// <summary>What a database may have while no other has anything.</summary>
    public long LargestShare => bytes / 3 * 2;

    /// <summary>How many instances there are, idle or not.</summary>
    public int Instances => _instances;

    /// <summary>There is one instance more, or one less.</summary>
    public void CountInstance(int change) => Interlocked.Add(ref _instances, change);

    /// <summary>Takes some for a call of a database, or none.</summary>
    public bool TryTake(string scope, long count)
    {
        List<KeptMemory> dropped;
        lock (_lock)
        {
            var has = _scopes.GetValueOrDefault(scope);
            if (has + count > (bytes - (_taken - has)) / 3 * 2)
            {
                return false;
            }

            _scopes[scope] = has + count;
            _taken += count;
            dropped = Shrink();
        }

        Drop(dropped);
        return true;
    }

    /// <summary>Gives some back.</summary>
    public void Return(string scope, long count)
    {
        lock (_lock)
        {
            _taken -= count;
            var left = _scopes.GetValueOrDefault(scope) - count;
            if (left > 0)
            {
                _scopes[scope] = left;
            }
            else
            {
                _scopes.Remove(scope);
            }
        }

        released?.Invoke(count);
    }

    /// <summary>Keeps something from now on, or with another size; it is used now.</summary>
    public void Keep(KeptMemory item, long size)
    {
        List<KeptMemory> dropped;
        lock (_lock)
        {
            Remove(item);
            item.Size = size;
            _kept += size;
            _items.AddLast(item.Node);
            dropped = Shrink();
        }

        Drop(dropped);
    }

    /// <summary>Something that is kept is used.</summary>
    public void Use(KeptMemory item)
    {
        lock (_lock)
        {
            if (item.Node.List is not null)
            {
                _items.Remove(item.Node);
                _items.AddLast(item.Node);
            }
        }
    }

    /// <summary>Keeps something no longer, without dropping it.</summary>
    /// <returns>False where it was not kept: it is dropped already, or about to be.</returns>
    public bool Forget(KeptMemory item)
    {
        lock (_lock)
        {
            return Remove(item);
        }
    }

    /// <summary>Drops something that is kept, so that it is kept no longer.</summary>
    public void Drop(KeptMemory item)
    {
        long size;
        lock (_lock)
        {
            size = Remove(item) ? item.Size : 0;
        }

        item.Drop();
        released?.Invoke(size);
    }

    private void Drop(List<KeptMemory> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        foreach (var item in items)
        {
            item.Drop();
        }

        released?.Invoke(items.Sum(static item => item.Size));
    }

    private bool Remove(KeptMemory item)
    {
        if (item.Node.List is null)
        {
            return false;
        }

        _items.Remove(item.Node);
        _kept -= item.Size;
        return true;
    }

    private List<KeptMemory> Shrink()
    {
        var dropped = new List<KeptMemory>();
        var room = Math.Min(bytes / 2, bytes - _taken);
        while (_kept > room && _items.First is { } oldest)
        {
            Remove(oldest.Value);
            dropped.Add(oldest.Value);
        }

        return dropped;
    }
}

/// <summary>Something that is kept between calls only because it makes them quicker.</summary>
internal abstract class KeptMemory
{
    protected KeptMemory() => Node = new LinkedListNode<KeptMemory>(this);

    /// <summary>Its place among what is kept; the budget's alone.</summary>
    internal LinkedListNode<KeptMemory> Node { get; }

    /// <summary>Bytes that it takes; the budget's alone.</summary>
    internal long Size { get; set; }

    /// <summary>Gives its memory back. It is not kept any more.</summary>
    public abstract void Drop();
}
