using System.Collections.Concurrent;

namespace CloudWall.Crash.Tests;

/// <summary>What was acknowledged, and what was under way when the node died: that may have happened or not, but not in part.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, DocumentState?> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DocumentState?> _underWay = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many writes were acknowledged in all.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>All that anything is known of.</summary>
    public IEnumerable<string> Ids => _acknowledged.Keys.Union(_underWay.Keys, StringComparer.Ordinal);

    /// <summary>What was acknowledged last of a document or database.</summary>
    public DocumentState? this[string id] => _acknowledged.GetValueOrDefault(id);

    /// <summary>A write is about to be sent.</summary>
    public void Begin(string id, DocumentState? state) => _underWay[id] = state;

    /// <summary>It was acknowledged.</summary>
    public void Acknowledge(string id, DocumentState? state)
    {
        _acknowledged[id] = state;
        _underWay.TryRemove(id, out _);
        Interlocked.Increment(ref _count);
    }

    /// <summary>It was refused: nothing has changed.</summary>
    public void Refuse(string id) => _underWay.TryRemove(id, out _);

    /// <summary>What may be found: what was acknowledged, or what was under way.</summary>
    public IEnumerable<DocumentState?> Possible(string id)
    {
        yield return this[id];
        if (_underWay.TryGetValue(id, out var state))
        {
            yield return state;
        }
    }

    /// <summary>What was found is what is there from now on.</summary>
    public void Settle(string id, DocumentState? found)
    {
        _underWay.TryRemove(id, out _);
        _acknowledged[id] = found;
    }
}
