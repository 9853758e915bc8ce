using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>Makes all nodes of a view at once: a walk over the rows, one over the nodes that it makes, and so on.</summary>
internal sealed class NodeBuild(KeyValueStore store, uint index, int view, ulong seed, NodeWork work, CancellationToken cancellation)
{
    private const long MaxWeight = 2 << 20;
    private const long BatchBytes = 1 << 20;

    /// <summary>Commits as it goes: until it is done nobody may use the nodes.</summary>
    public void Run()
    {
        for (var level = 1; level <= ViewNode.Levels; level++)
        {
            RunLevel(level);
        }
    }

    private void RunLevel(int level)
    {
        using var below = new LevelReader(store, index, view, level - 1);
        using var batch = store.CreateBatch();
        work.Begin([]);
        for (var more = below.SeekForwards([]); more; more = below.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var key = below.Key;
            if (key.Length > 0 && ViewNode.Height(key, seed) >= level)
            {
                if (work.Weight > MaxWeight)
                {
                    Flush(level, batch);
                }

                work.Begin(key.ToArray());
            }

            work.Add(level - 1, key, below.Value);
        }

        Flush(level, batch);
        store.Commit(batch, sync: false);
    }

    private void Flush(int level, WriteBatch batch)
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
