using CloudWall.Indexing.Reductions;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Makes all nodes of a view at once, in one walk over the rows, in parts at the same time. Nodes that reach from one part into the next are
/// put together at the end.
/// </summary>
internal sealed class NodeBuild(
    KeyValueStore store, uint index, int view, ulong seed, IReadOnlyList<Reducer> reducers, CancellationToken cancellation)
{
    /// <summary>Commits as it goes: until it is done nobody may use the nodes.</summary>
    /// <param name="splits">Keys, in order, near which parts of the rows end that are walked over at the same time.</param>
    /// <param name="scheduler">Where the parts run.</param>
    public async Task RunAsync(byte[][] splits, TaskScheduler scheduler)
    {
        var parts = await Task.WhenAll(Enumerable.Range(0, splits.Length + 1).Select(part => Task.Factory.StartNew(
            () => WalkOver(part == 0 ? [] : splits[part - 1], part < splits.Length ? splits[part] : null),
            cancellation,
            TaskCreationOptions.DenyChildAttach,
            scheduler)));
        var levels = parts[0];
        foreach (var part in parts[1..])
        {
            for (var level = 1; level < levels.Length; level++)
            {
                if (levels[level].Join(part[level]))
                {
                    levels[level] = part[level];
                }
            }

            for (var level = 1; level < levels.Length; level++)
            {
                levels[level - 1].Above = levels[level];
            }
        }

        foreach (var level in levels)
        {
            level.Finish();
        }
    }

    /// <summary>Makes the nodes that begin at one key or after it, and before another.</summary>
    /// <returns>The levels, with what is not finished.</returns>
    private NodeLevel[] WalkOver(byte[] from, byte[]? to)
    {
        NodeLevel? above = null;
        var levels = new NodeLevel[ViewNode.Levels];
        for (var level = ViewNode.Levels; level > 0; level--)
        {
            levels[level - 1] = above = new NodeLevel(store, index, view, level, seed, reducers, above, isFirst: from.Length == 0, cancellation);
        }

        using var rows = new LevelReader(store, index, view, 0);
        for (var more = rows.SeekForwards(from); more; more = rows.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var key = rows.Key;
            var begins = levels[0].Begins(key);
            if (begins && to is not null && key.SequenceCompareTo(to) >= 0)
            {
                break;
            }

            // What is before the first node of a part belongs to the last of the part before, which has read it.
            if (begins || levels[0].HasBegun)
            {
                levels[0].Add(key, rows.Value, begins);
            }
        }

        levels[0].Finish();
        return levels;
    }
}
