namespace CloudWall.Indexing.Views;

/// <summary>
/// Nodes of all indexes that queries have looked at, up to so many bytes: cursors cost more than what is read with them. What an index
/// was before its last commit is let go of. Safe for use from many threads.
/// </summary>
/// <param name="capacity">How many bytes it may hold, about.</param>
internal sealed class NodeCache(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(uint Index, int View), NodeTree> _trees = [];
    private long _weight;

    /// <summary>What is known of the nodes of a view.</summary>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="commits">The index's state (<see cref="IndexState.Commits"/>).</param>
    /// <returns>Nodes of that state and no other.</returns>
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
                    // A reader that is late.
                    return new NodeTree(commits);
                }

                _weight -= tree.Weight;
            }

            return _trees[(index, view)] = new NodeTree(commits);
        }
    }

    /// <summary>Keeps a page where others find it, unless nobody would, another is there already, or it is too large.</summary>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="above">The page that has the node whose page it is; null for the root.</param>
    /// <param name="node">Which node.</param>
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
                // What is in use will be back soon.
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

    /// <summary>Lets go of an index.</summary>
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
