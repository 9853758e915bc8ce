using System.Diagnostics.CodeAnalysis;

namespace CloudWall.Access.Caching;

/// <summary>
/// A bounded map. Where it is full, the entry that was used longest ago makes way. Entries also end a while after they were added, or
/// after they were used. It is thread-safe.
/// </summary>
/// <typeparam name="TKey">The type of keys.</typeparam>
/// <typeparam name="TValue">The type of values.</typeparam>
/// <param name="capacity">How many entries there may be.</param>
/// <param name="lifetime">How long an entry lasts.</param>
/// <param name="isRenewedByUse">Whether <paramref name="lifetime"/> begins again with each use.</param>
/// <param name="time">The clock.</param>
public sealed class RecentEntries<TKey, TValue>(int capacity, TimeSpan lifetime, bool isRenewedByUse, TimeProvider time)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly Lock _lock = new();

    /// <summary>How many entries there are, ended ones that nobody asked for included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Finds an entry.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (Find(key) is not { } node)
            {
                value = default;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            if (isRenewedByUse)
            {
                node.Value = node.Value with { Since = time.GetTimestamp() };
            }

            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Adds an entry, or changes the value of the one that is there, which lasts as long as before.</summary>
    /// <param name="key">The key.</param>
    /// <param name="change">The new value, from the one that is there; default where there is none.</param>
    public void Set(TKey key, Func<TValue?, TValue> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_lock)
        {
            if (Find(key) is { } node)
            {
                node.Value = node.Value with { Value = change(node.Value.Value) };
                return;
            }

            if (capacity <= 0)
            {
                return;
            }

            while (_entries.Count >= capacity)
            {
                Remove(_byUse.Last!);
            }

            _entries.Add(key, _byUse.AddFirst(new Entry(key, change(default), time.GetTimestamp())));
        }
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(TKey key)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                Remove(node);
            }
        }
    }

    private LinkedListNode<Entry>? Find(TKey key)
    {
        if (!_entries.TryGetValue(key, out var node))
        {
            return null;
        }

        if (time.GetElapsedTime(node.Value.Since) < lifetime)
        {
            return node;
        }

        Remove(node);
        return null;
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Key);
        _byUse.Remove(node);
    }

    private readonly record struct Entry(TKey Key, TValue Value, long Since);
}
