using CloudWall.Indexing.Reductions;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>Makes all nodes of a view at once: a walk over the rows, in parts, one over the nodes that it makes, and so on.</summary>
internal sealed class NodeBuild(
    KeyValueStore store, uint index, int view, ulong seed, IReadOnlyList<Reducer> reducers, CancellationToken cancellation)
{
    private const long MaxWeight = 2 << 20;
    private const long BatchBytes = 1 << 20;

    /// <summary>Commits as it goes: until it is done nobody may use the nodes.</summary>
    /// <param name="splits">Keys, in order, near which parts of the rows end that are walked over at the same time.</param>
    /// <param name="scheduler">Where the parts run.</param>
    public async Task RunAsync(byte[][] splits, TaskScheduler scheduler)
    {
        await Task.WhenAll(Enumerable.Range(0, splits.Length + 1).Select(part => Task.Factory.StartNew(
            () => RunLevel(1, part == 0 ? [] : splits[part - 1], part < splits.Length ? splits[part] : null),
            cancellation,
            TaskCreationOptions.DenyChildAttach,
            scheduler)));
        for (var level = 2; level <= ViewNode.Levels; level++)
        {
            RunLevel(level, [], null);
        }
    }

    /// <summary>Makes the nodes that begin at one key or after it, and before another.</summary>
    private void RunLevel(int level, byte[] from, byte[]? to)
    {
        using var below = new LevelReader(store, index, view, level - 1);
        using var batch = store.CreateBatch();
        var work = new NodeWork(reducers);
        var begun = from.Length == 0;
        if (begun)
        {
            work.Begin([]);
        }

        for (var more = below.SeekForwards(from); more; more = below.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var key = below.Key;
            if (key.Length > 0 && ViewNode.Height(key, seed) >= level)
            {
                if (to is not null && key.SequenceCompareTo(to) >= 0)
                {
                    break;
                }

                if (work.Weight > MaxWeight)
                {
                    Flush(level, work, batch);
                }

                begun = true;
                work.Begin(key.ToArray());
            }

            // What is before the first node of a part belongs to the last of the part before.
            if (begun)
            {
                work.Add(level - 1, key, below.Value);
            }
        }

        Flush(level, work, batch);
        store.Commit(batch, sync: false);
    }

    private void Flush(int level, NodeWork work, WriteBatch batch)
    {
        var prefix = IndexKeys.Prefix(index, view, level);
        foreach (var (key, value) in work.Finish(cancellation))
        {
            batch.Put(IndexKeys.Space, [.. prefix, .. key], value);
        }

        if (batch.SizeInBytes > BatchBytes)
        {
            store.Commit(batch, sync: false);
            batch.Clear();
        }
    }
}
