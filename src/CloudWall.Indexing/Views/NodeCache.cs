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

    /// <summary>Asks whether a page may be kept in a tree.</summary>
    /// <param name="index">The index.</param>
    /// <param name="view">The view.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="page">The page.</param>
    /// <returns>False where nobody else would find it there, or it is too large.</returns>
    public bool Admit(uint index, int view, NodeTree tree, NodePage page)
    {
        lock (_gate)
        {
            if (page.Weight > capacity / 8 || !_trees.TryGetValue((index, view), out var current) || current != tree)
            {
                return false;
            }

            if (_weight + page.Weight > capacity)
            {
                // What is in use will be back soon.
                _trees.Clear();
                _weight = 0;
                return false;
            }

            tree.Weight += page.Weight;
            _weight += page.Weight;
            return true;
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
