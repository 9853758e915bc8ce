using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Reads nodes of a view from the cache or a snapshot, and splits ranges of rows into nodes and single rows: reducing a range of any
/// length takes some hundred entries. Not thread-safe.
/// </summary>
/// <param name="source">The snapshot with the state that it shows.</param>
/// <param name="cache">The cache.</param>
/// <param name="index">The index.</param>
/// <param name="view">The view.</param>
internal sealed class NodeReader(Func<NodeSource> source, NodeCache cache, uint index, int view) : IDisposable
{
    /// <summary>Larger rows are not cached: they are few, and would evict the others.</summary>
    private const int MostBytesOfRows = 64 << 10;

    private readonly byte[] _prefix = [.. IndexKeys.Nodes(index, view), 0];
    private NodeSource? _source;
    private NodeTree? _tree;
    private KeyValueCursor? _nodes;
    private KeyValueCursor? _rows;

    /// <summary>Counts the rows before a key.</summary>
    /// <param name="key">The key; empty for the beginning.</param>
    /// <param name="rows">A cursor over the view's rows; afterwards it stands on the first row at or after the key.</param>
    /// <param name="found">Whether there is such a row.</param>
    public long CountBefore(ReadOnlySpan<byte> key, LevelReader rows, out bool found)
    {
        var count = 0L;
        ReadOnlySpan<byte> start = default;
        if (!key.IsEmpty)
        {
            var page = Root();
            byte[]? end = null;
            for (var level = _source!.Top; page is not null && page.Floor(key) is >= 0 and var node; level--)
            {
                count += page.Before(node);
                start = page.Key(node);
                page = level > 1 ? Below(page, node, level, ref end) : null;
            }
        }

        found = rows.SeekForwards(start);
        for (; found && rows.Key.SequenceCompareTo(key) < 0; found = rows.MoveNext())
        {
            count++;
        }

        return count;
    }

    /// <summary>Counts the rows of the lowest-level nodes between two keys, without the nodes that contain the keys.</summary>
    /// <param name="from">The first key.</param>
    /// <param name="to">The second key; null for the end.</param>
    public long CountWhole(ReadOnlySpan<byte> from, byte[]? to) => Rank(to, after: false) - Rank(from, after: true);

    /// <summary>Finds the rows around a key in memory. Rows that are requested twice are cached.</summary>
    /// <param name="key">The key; empty for the beginning.</param>
    /// <param name="end">The key at which the page ends; null for the end of all rows.</param>
    /// <returns>The rows of the lowest-level node that contains the key; null where the caller has to read the store.</returns>
    public NodePage? FindLeaf(ReadOnlySpan<byte> key, out byte[]? end)
    {
        end = null;
        var page = Root();
        for (var level = _source!.Top; page is { Count: > 0 }; level--)
        {
            var node = Math.Max(0, page.Floor(key));
            if (level > 1)
            {
                page = Below(page, node, level, ref end);
                continue;
            }

            end = EndOf(page, node, end);
            var leaf = page.Below(node);
            if (leaf == NodePage.Requested)
            {
                leaf = ReadLeaf(page, node, end);
            }
            else if (leaf is null)
            {
                page.MarkRequested(node);
            }

            return leaf is null || leaf == NodePage.Requested || leaf == NodePage.TooLarge ? null : leaf;
        }

        return null;
    }

    /// <summary>Visits the rows and nodes that make up a range, in order.</summary>
    /// <param name="from">The first key; empty for the beginning.</param>
    /// <param name="to">The key after the range; null for the end.</param>
    /// <param name="rows">A cursor over the view's rows.</param>
    /// <param name="visit">Receives the level, key and value of each row or node.</param>
    /// <returns>Whether the cursor stands on the first row after the range.</returns>
    public bool Visit(byte[] from, byte[]? to, LevelReader rows, RangeVisitor visit)
    {
        if (to is not null && from.AsSpan().SequenceCompareTo(to) >= 0)
        {
            return false;
        }

        return Root() is { Count: > 0 } root ? Visit(root, _source!.Top, null, from, to, rows, visit) : VisitRows(from, to, rows, visit);
    }

    /// <summary>Releases the snapshot.</summary>
    public void Release()
    {
        _nodes?.Dispose();
        _rows?.Dispose();
        _nodes = _rows = null;
        _source = null;
        _tree = null;
    }

    public void Dispose() => Release();

    private static bool VisitRows(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool toEnd, LevelReader rows, RangeVisitor visit)
    {
        var more = rows.SeekForwards(from);
        for (; more && (toEnd || rows.Key.SequenceCompareTo(to) < 0); more = rows.MoveNext())
        {
            visit(0, rows.Key, rows.Value);
        }

        return more;
    }

    private static bool VisitRows(byte[] from, byte[]? to, LevelReader rows, RangeVisitor visit) =>
        VisitRows(from, to, to is null, rows, visit);

    private bool Visit(NodePage page, int level, byte[]? end, byte[] from, byte[]? to, LevelReader rows, RangeVisitor visit)
    {
        var stands = false;
        for (var node = Math.Max(0, page.Floor(from)); node < page.Count; node++)
        {
            var start = page.Key(node);
            if (to is not null && start.SequenceCompareTo(to) >= 0)
            {
                break;
            }

            var isLast = node + 1 == page.Count;
            var stop = isLast ? end : page.Key(node + 1);
            var toEnd = isLast && end is null;
            if (start.SequenceCompareTo(from) >= 0 && (to is null || (!toEnd && stop.SequenceCompareTo(to) <= 0)))
            {
                visit(level, start, page.Value(node));
                stands = false;
            }
            else if (level > 1)
            {
                var belowEnd = end;
                stands = Visit(Below(page, node, level, ref belowEnd), level - 1, belowEnd, from, to, rows, visit);
            }
            else
            {
                var last = to is not null && (toEnd || stop.SequenceCompareTo(to) > 0);
                stands = VisitRows(start.SequenceCompareTo(from) < 0 ? from : start, last ? to : stop, !last && toEnd, rows, visit) && last;
            }
        }

        return stands;
    }

    /// <summary>The number of rows before the lowest-level node that contains a key, or before the node after it.</summary>
    private long Rank(ReadOnlySpan<byte> key, bool after)
    {
        var count = 0L;
        byte[]? end = null;
        var page = Root();
        for (var level = _source!.Top; page is { Count: > 0 }; level--)
        {
            var node = Math.Max(0, page.Floor(key));
            count += page.Before(node);
            if (level == 1)
            {
                return after && !page.Key(node).SequenceEqual(key) ? count + ViewNode.ReadCount(page.Value(node)) : count;
            }

            page = Below(page, node, level, ref end);
        }

        return count;
    }

    private long Rank(byte[]? key, bool after)
    {
        if (key is not null)
        {
            return Rank(key.AsSpan(), after);
        }

        return Root() is { Count: > 0 } root ? root.Before(root.Count - 1) + ViewNode.ReadCount(root.Value(root.Count - 1)) : 0;
    }

    private NodePage? Root()
    {
        _source ??= source();
        if (_source.Top == 0)
        {
            return null;
        }

        _tree = cache.Find(index, view, _source.Commits);
        if (_tree.Root is { } known)
        {
            return known;
        }

        var root = Read(_source.Top, [], null);
        cache.Keep(index, view, _tree, null, 0, root);
        return root;
    }

    /// <summary>The page of a node's children.</summary>
    /// <param name="page">The node's page.</param>
    /// <param name="node">The node.</param>
    /// <param name="level">Its level.</param>
    /// <param name="end">The key at which the node's page ends; afterwards that at which the children's page ends.</param>
    private NodePage Below(NodePage page, int node, int level, ref byte[]? end)
    {
        end = EndOf(page, node, end);
        if (page.Below(node) is { } known)
        {
            return known;
        }

        var below = Read(level - 1, page.Key(node), end);
        cache.Keep(index, view, _tree!, page, node, below);
        return below;
    }

    private static byte[]? EndOf(NodePage page, int node, byte[]? end) => node + 1 < page.Count ? page.Key(node + 1).ToArray() : end;

    private NodePage ReadLeaf(NodePage page, int node, byte[]? end)
    {
        var prefix = IndexKeys.Prefix(index, view, 0);
        var after = IndexKeys.After(prefix);
        _rows ??= _source!.Reader.Scan(IndexKeys.Space, prefix, after);
        var leaf = NodePage.Read(_rows, [.. prefix, .. page.Key(node)], end is null ? after : [.. prefix, .. end], areRows: true, MostBytesOfRows);
        if (leaf == NodePage.TooLarge)
        {
            page.TryKeep(node, leaf);
        }
        else
        {
            cache.Keep(index, view, _tree!, page, node, leaf);
        }

        return leaf;
    }

    private NodePage Read(int level, ReadOnlySpan<byte> from, byte[]? to)
    {
        if (_nodes is null)
        {
            var all = IndexKeys.Nodes(index, view);
            _nodes = _source!.Reader.Scan(IndexKeys.Space, all, IndexKeys.After(all));
        }

        _prefix[^1] = (byte)level;
        return NodePage.Read(_nodes, [.. _prefix, .. from], to is null ? IndexKeys.After(_prefix) : [.. _prefix, .. to], areRows: false, long.MaxValue);
    }
}

/// <summary>Receives a row (level 0) or a node; both are valid during the call.</summary>
internal delegate void RangeVisitor(int level, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
