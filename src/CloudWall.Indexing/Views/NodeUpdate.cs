using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Updates the nodes over a view's rows after changes to rows: level by level, each node that contains a change is computed again, once,
/// from its rows or child nodes.
/// </summary>
internal sealed class NodeUpdate(KeyValueReader stored, uint index, int view, ulong seed, NodeWork work, CancellationToken cancellation)
{
    private const long MaxWeight = 4 << 20;

    /// <summary>Adds the new nodes to the batch that has the changed rows.</summary>
    public void Write(Edits rows, WriteBatch batch)
    {
        var below = rows;
        for (var level = 1; level <= ViewNode.Levels && below.Count > 0; level++)
        {
            below = WriteLevel(level, below, batch);
        }
    }

    private Edits WriteLevel(int level, Edits below, WriteBatch batch)
    {
        using var children = new LevelReader(stored, index, view, level - 1);
        using var nodes = new LevelReader(stored, index, view, level);
        var starts = Starts(level, below);
        var merged = new MergedLevel(children, below);
        var known = new MergedLevel(nodes, starts);
        var results = new List<(byte[] Key, byte[]? Value)>();
        byte[]? start = null;
        byte[]? end = null;
        for (var i = 0; i < below.Count; i++)
        {
            var key = below[i].Key;

            // A node boundary that was added or removed also changes the node before it.
            if (IsStart(starts, key) && key.Length > 0 && (start is null || key.AsSpan().SequenceCompareTo(start) > 0))
            {
                Visit(Floor(nodes, starts, key, inclusive: false));
            }

            if (start is null || (end is not null && key.AsSpan().SequenceCompareTo(end) >= 0))
            {
                Visit(Floor(nodes, starts, key, inclusive: true));
            }
        }

        results.AddRange(work.Finish(cancellation));
        return Apply(level, results, starts, batch);

        void Visit(byte[] from)
        {
            if (start is not null && from.AsSpan().SequenceCompareTo(start) <= 0)
            {
                return;
            }

            start = from;
            end = known.Seek([.. from, 0]) ? known.Key.ToArray() : null;
            work.Begin(from);
            for (var more = merged.Seek(from); more && (end is null || merged.Key.SequenceCompareTo(end) < 0); more = merged.MoveNext())
            {
                work.Add(level - 1, merged.Key, merged.Value);
            }

            if (work.Weight > MaxWeight)
            {
                results.AddRange(work.Finish(cancellation));
            }
        }
    }

    /// <summary>The nodes that are added and removed.</summary>
    private Edits Starts(int level, Edits below)
    {
        var starts = new List<(byte[] Key, byte[]? Value)>();
        for (var i = 0; i < below.Count; i++)
        {
            var (key, value) = below[i];
            if (key.Length > 0 && ViewNode.Height(key, seed) >= level)
            {
                starts.Add((key, value));
            }
        }

        return new Edits(starts);
    }

    private static bool IsStart(Edits starts, ReadOnlySpan<byte> key)
    {
        var at = starts.LowerBound(key);
        return at < starts.Count && starts[at].Key.AsSpan().SequenceEqual(key);
    }

    /// <summary>The key of the node that contains a key, or of the node before it.</summary>
    private static byte[] Floor(LevelReader nodes, Edits starts, byte[] key, bool inclusive)
    {
        byte[] floor = [];
        for (var more = nodes.SeekBackwards(key); more; more = nodes.MovePrevious())
        {
            var candidate = nodes.KeyBackwards;
            if ((inclusive || !candidate.SequenceEqual(key)) && !starts.Removes(candidate))
            {
                floor = candidate.ToArray();
                break;
            }
        }

        for (var at = starts.LowerBound(key); at >= 0; at--)
        {
            if (at < starts.Count
                && starts[at].Value is not null
                && starts[at].Key.AsSpan().SequenceCompareTo(key) is var order
                && (order < 0 || (inclusive && order == 0)))
            {
                return starts[at].Key.AsSpan().SequenceCompareTo(floor) > 0 ? starts[at].Key : floor;
            }
        }

        return floor;
    }

    /// <summary>Adds a level's nodes to the batch, and returns them as the changes for the next level.</summary>
    private Edits Apply(int level, List<(byte[] Key, byte[]? Value)> made, Edits starts, WriteBatch batch)
    {
        var edits = new List<(byte[] Key, byte[]? Value)>(made);
        for (var i = 0; i < starts.Count; i++)
        {
            if (starts[i].Value is null)
            {
                edits.Add((starts[i].Key, null));
            }
        }

        edits.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        var prefix = IndexKeys.Prefix(index, view, level);
        foreach (var (key, value) in edits)
        {
            if (value is null)
            {
                batch.Delete(IndexKeys.Space, [.. prefix, .. key]);
            }
            else
            {
                batch.Put(IndexKeys.Space, [.. prefix, .. key], value);
            }
        }

        return new Edits(edits);
    }
}
