using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Takes stretches of rows apart into whole nodes and the few rows beside them, from one snapshot: what a stretch has is known after
/// looking at some hundred entries, however long it is.
/// </summary>
internal sealed class RangeSummary : IDisposable
{
    private readonly LevelReader[] _levels = new LevelReader[ViewNode.Levels + 1];
    private readonly Func<int> _top;

    /// <param name="reader">A snapshot.</param>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="top">The level to begin at (<see cref="ViewNode.Top"/>); 0 where there are no nodes, and all rows are looked at.</param>
    public RangeSummary(Func<KeyValueReader> reader, uint index, int view, Func<int> top)
    {
        _top = top;
        for (var level = 0; level < _levels.Length; level++)
        {
            _levels[level] = new LevelReader(reader, index, view, level);
        }
    }

    /// <summary>Adds what lies from one key to before another to a work's current node, in order.</summary>
    /// <param name="from">The first; empty for the beginning.</param>
    /// <param name="to">The first after it; null for the end.</param>
    /// <param name="visit">Takes levels, keys and values of rows and nodes.</param>
    public void Visit(byte[] from, byte[]? to, RangeVisitor visit) => Walk(_top(), from, to, visit);

    /// <summary>Lets go of the snapshot.</summary>
    public void Release()
    {
        foreach (var level in _levels)
        {
            level.Release();
        }
    }

    public void Dispose()
    {
        foreach (var level in _levels)
        {
            level.Dispose();
        }
    }

    private void Walk(int level, byte[] from, byte[]? to, RangeVisitor visit)
    {
        if (to is not null && from.AsSpan().SequenceCompareTo(to) >= 0)
        {
            return;
        }

        var reader = _levels[level];
        var more = reader.SeekForwards(from);
        if (level == 0)
        {
            for (; more && (to is null || reader.Key.SequenceCompareTo(to) < 0); more = reader.MoveNext())
            {
                visit(0, reader.Key, reader.Value);
            }

            return;
        }

        if (!more || (to is not null && reader.Key.SequenceCompareTo(to) > 0))
        {
            Walk(level - 1, from, to, visit);
            return;
        }

        // What is before the first node; then nodes that end within the stretch; then what is after them.
        var key = reader.Key.ToArray();
        var value = reader.Value.ToArray();
        Walk(level - 1, from, key, visit);
        while (true)
        {
            more = reader.MoveNext();
            if (more && (to is null || reader.Key.SequenceCompareTo(to) <= 0))
            {
                visit(level, key, value);
                key = reader.Key.ToArray();
                value = reader.Value.ToArray();
                continue;
            }

            if (to is null)
            {
                visit(level, key, value);
            }
            else
            {
                Walk(level - 1, key, to, visit);
            }

            return;
        }
    }
}

/// <summary>Takes a row (level 0) or a node; both are valid during the call.</summary>
internal delegate void RangeVisitor(int level, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
