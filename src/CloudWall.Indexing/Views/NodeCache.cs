namespace CloudWall.Indexing.Views;

/// <summary>
/// A cache of the nodes that queries have read, for all indexes, limited in bytes: opening a cursor costs more than reading the nodes
/// with it. Pages of states before an index's last commit are evicted. Thread-safe.
/// </summary>
/// <param name="capacity">The approximate maximum size in bytes.</param>
internal sealed class NodeCache(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(uint Index, int View), NodeTree> _trees = [];
    private long _weight;

    /// <summary>The cached nodes of a view.</summary>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="commits">The state of the index (<see cref="IndexState.Commits"/>).</param>
    /// <returns>Nodes of exactly that state.</returns>
    public NodeTree Find(uint index, int view, long commits)
    {
        lock (_gate)
        {
            if (_trees.TryGetValue((index, view), out var tree))
            {
                if (tree.Commits == commits)
                {
                    return tree;
                }

                if (tree.Commits > commits)
                {
                    // The reader has a snapshot that is older than the cached state.
                    return new NodeTree(commits);
                }

                _weight -= tree.Weight;
            }

            return _trees[(index, view)] = new NodeTree(commits);
        }
    }

    /// <summary>Adds a page, unless its tree is outdated, another thread has added it, or it is too large.</summary>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="tree">The tree that the page belongs to.</param>
    /// <param name="above">The page with the parent node; null for the root.</param>
    /// <param name="node">The position of the parent node in that page.</param>
    /// <param name="page">The page.</param>
    public void Keep(uint index, int view, NodeTree tree, NodePage? above, int node, NodePage page)
    {
        lock (_gate)
        {
            if (page.Weight > capacity / 8 || !_trees.TryGetValue((index, view), out var current) || current != tree)
            {
                return;
            }

            if (_weight + page.Weight > capacity)
            {
                // The whole cache is cleared; pages in use return soon.
                _trees.Clear();
                _weight = 0;
                return;
            }

            if (above is null ? tree.TryKeep(page) : above.TryKeep(node, page))
            {
                tree.Weight += page.Weight;
                _weight += page.Weight;
            }
        }
    }

    /// <summary>Removes an index from the cache.</summary>
    public void Remove(uint index)
    {
        lock (_gate)
        {
            foreach (var (name, tree) in _trees)
            {
                if (name.Index == index)
                {
                    _trees.Remove(name);
                    _weight -= tree.Weight;
                }
            }
        }
    }
}
