using CloudWall.Indexing.Building;
using CloudWall.Indexing.Reductions;
using CloudWall.Storage;

namespace CloudWall.Indexing.Views;

/// <summary>
/// Makes all nodes of a view in one scan of the rows, split into parts that run in parallel. Nodes that span parts are joined at the end.
/// </summary>
internal sealed class NodeBuild(
    KeyValueStore store,
    uint index,
    int view,
    ulong seed,
    IReadOnlyList<Reducer> reducers,
    BuildTurn turn,
    CancellationToken cancellation)
{
    /// <summary>Makes the nodes and commits as it goes. Nothing may read the nodes before this has ended.</summary>
    /// <param name="splits">Ordered keys near which the parallel parts end.</param>
    /// <param name="scheduler">The scheduler of the parts.</param>
    public async Task RunAsync(byte[][] splits, TaskScheduler scheduler)
    {
        var parts = Enumerable.Range(0, splits.Length + 1)
            .Select(part => new Part(this, part == 0 ? [] : splits[part - 1], part < splits.Length ? splits[part] : null)).ToList();
        var rest = parts;
        while (rest.Count > 0)
        {
            var done = await Task.WhenAll(rest.Select(part => Task.Factory.StartNew(
                part.WalkOver,
                cancellation,
                TaskCreationOptions.DenyChildAttach | TaskCreationOptions.LongRunning,
                scheduler)));
            rest = [.. rest.Where((_, part) => !done[part])];
            if (rest.Count > 0)
            {
                // All parts have stopped.
                await turn.GiveWayAsync(cancellation);
            }
        }

        var levels = parts[0].Levels;
        foreach (var part in parts.Skip(1))
        {
            for (var level = 1; level < levels.Length; level++)
            {
                if (levels[level].Join(part.Levels[level]))
                {
                    levels[level] = part.Levels[level];
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

    /// <summary>Makes the nodes that begin in a range of keys.</summary>
    private sealed class Part
    {
        private readonly NodeBuild _build;
        private readonly byte[]? _to;
        private byte[] _next;

        public Part(NodeBuild build, byte[] from, byte[]? to)
        {
            (_build, _next, _to) = (build, from, to);
            NodeLevel? above = null;
            for (var level = ViewNode.Levels; level > 0; level--)
            {
                Levels[level - 1] = above = build.NewLevel(level, above, isFirst: from.Length == 0);
            }
        }

        /// <summary>The levels with their unfinished nodes.</summary>
        public NodeLevel[] Levels { get; } = new NodeLevel[ViewNode.Levels];

        /// <summary>Makes nodes until all are made, or another build's turn comes.</summary>
        /// <returns>Whether all nodes are made.</returns>
        public bool WalkOver()
        {
            using var rows = _build.ReadRows();
            for (var more = rows.SeekForwards(_next); more; more = rows.MoveNext())
            {
                _build.ThrowIfCancelled();
                var key = rows.Key;
                var begins = Levels[0].Begins(key);
                if (begins && _to is not null && key.SequenceCompareTo(_to) >= 0)
                {
                    break;
                }

                // Rows before the first node of a part belong to the last node of the previous part, which has read them.
                if (begins || Levels[0].HasBegun)
                {
                    Levels[0].Add(key, rows.Value, begins);
                }

                if (_build.IsOver)
                {
                    // The next call continues with the first key after this one.
                    _next = [.. key, 0];
                    return false;
                }
            }

            Levels[0].Finish();
            return true;
        }
    }

    private bool IsOver => turn.IsOver;

    private NodeLevel NewLevel(int level, NodeLevel? above, bool isFirst) =>
        new(store, index, view, level, seed, reducers, above, isFirst, cancellation);

    private LevelReader ReadRows() => new(store, index, view, 0);

    private void ThrowIfCancelled() => cancellation.ThrowIfCancellationRequested();
}
