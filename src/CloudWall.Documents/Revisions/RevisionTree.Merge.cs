namespace CloudWall.Documents.Revisions;

/// <content>Adding revisions.</content>
public sealed partial class RevisionTree
{
    /// <summary>Merges a revision and its history into the tree, as a replicator or <c>new_edits=false</c> sends them.</summary>
    /// <param name="path">
    /// The history, newest first, as in <c>_revisions</c>: at least one revision, with consecutive descending generations.
    /// </param>
    /// <param name="leafFlags">The flags of the newest revision; the ancestors have none.</param>
    /// <param name="sequence">The update sequence of the write.</param>
    /// <exception cref="ArgumentException">The path is empty, its generations are not consecutive, or one is negative.</exception>
    /// <exception cref="InvalidOperationException">The tail must be loaded first: <see cref="CanMergeWithoutTail"/>.</exception>
    /// <remarks>
    /// A path can connect two trees that had nothing in common. Like CouchDB, the merge then extends only the first tree and leaves some
    /// revisions duplicated. Stemming, which must follow the last merge of an update, removes the duplicates.
    /// </remarks>
    public MergeOutcome Merge(ReadOnlySpan<RevisionId> path, RevisionFlags leafFlags, long sequence)
    {
        CheckPath(path);
        Steps += path.Length;
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        var value = new NodeValue(leafFlags, sequence, IsOld: false, Page: 0);
        if (TailCount == 0)
        {
            return MergePath(path, new ReadOnlySpan<NodeValue>(in value));
        }

        if (!TryMeet(path, out var meeting))
        {
            throw new InvalidOperationException("The tail is needed to merge this path.");
        }

        if (meeting == None)
        {
            return AddTree(path, new ReadOnlySpan<NodeValue>(in value));
        }

        var above = TopOnPath(meeting, path[^1].Generation);
        if (above != meeting && _nodes[above].Parent == None && path[^1].Generation < StartOf(above))
        {
            ExtendRoot(above, path, (int)(path[0].Generation - _nodes[above].Id.Generation) + 1, new ReadOnlySpan<NodeValue>(in value));
        }

        return Descend(meeting, path, new ReadOnlySpan<NodeValue>(in value));
    }

    /// <summary>Adds a child to a leaf, as an ordinary edit does.</summary>
    /// <param name="parent">A leaf, or the default value to start a new tree.</param>
    /// <param name="child">The new revision, one generation above its parent.</param>
    /// <param name="flags">The flags of the new revision.</param>
    /// <param name="sequence">The update sequence of the write.</param>
    /// <exception cref="ArgumentException">The parent is not a leaf, or the generations are not consecutive.</exception>
    public void Append(RevisionId parent, RevisionId child, RevisionFlags flags, long sequence)
    {
        if (parent.IsNone)
        {
            Merge(new ReadOnlySpan<RevisionId>(in child), flags, sequence);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        if (child.Generation != parent.Generation + 1)
        {
            throw new ArgumentException("A revision's generation is one above its parent's.", nameof(child));
        }

        var leaf = IndexOfLeaf(parent);
        if (leaf == None)
        {
            throw new ArgumentException("The parent is not a leaf.", nameof(parent));
        }

        UncountLeaf(leaf);
        var added = Add(child, new NodeValue(flags, sequence, IsOld: false, Page: 0));
        _nodes[added].Parent = leaf;
        _nodes[leaf].FirstChild = added;
        CountLeaf(added);
    }

    private static void CheckPath(ReadOnlySpan<RevisionId> path)
    {
        if (path.IsEmpty)
        {
            throw new ArgumentException("A path has at least one revision.", nameof(path));
        }

        var newest = path[0].Generation;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i].Generation != newest - i || path[i].Generation < 0)
            {
                throw new ArgumentException("A path's generations descend by one.", nameof(path));
            }
        }
    }

    private static NodeValue ValueAt(ReadOnlySpan<NodeValue> values, int i) => i < values.Length ? values[i] : default;

    /// <summary>Merges a path into a tree without gaps.</summary>
    private MergeOutcome MergePath(ReadOnlySpan<RevisionId> path, ReadOnlySpan<NodeValue> values)
    {
        var meeting = IndexOf(path[^1]);
        if (meeting == None)
        {
            meeting = RootOnPath(path);
            if (meeting == None)
            {
                return AddTree(path, values);
            }
        }

        return Descend(meeting, path, values);
    }

    /// <summary>The oldest root that lies on the path and is older than the path's first revision.</summary>
    private int RootOnPath(ReadOnlySpan<RevisionId> path)
    {
        if (_unordered || _buckets.Length > 0)
        {
            for (var k = path.Length - 2; k >= 0; k--)
            {
                for (var i = FirstOf(path[k]); i != None; i = NextOf(path[k], i))
                {
                    if (_nodes[i].Parent == None)
                    {
                        return i;
                    }
                }
            }

            return None;
        }

        for (var root = _firstRoot; root != None; root = _nodes[root].NextSibling)
        {
            Steps++;
            _walked++;
            var generation = _nodes[root].Id.Generation;
            if (generation > path[0].Generation)
            {
                return None;
            }

            if (generation > path[^1].Generation && _nodes[root].Id == path[(int)(path[0].Generation - generation)])
            {
                return root;
            }
        }

        return None;
    }

    private MergeOutcome AddTree(ReadOnlySpan<RevisionId> path, ReadOnlySpan<NodeValue> values)
    {
        var outcome = _count == 0 ? MergeOutcome.NewLeaf : MergeOutcome.NewBranch;
        var root = Add(path[^1], ValueAt(values, path.Length - 1));
        Link(None, root);
        CountLeaf(AddChain(root, path, path.Length - 2, values));
        return outcome;
    }

    /// <summary>Merges a path at the node where it meets the tree. Adds older revisions of the path above the node's root.</summary>
    private MergeOutcome Descend(int meeting, ReadOnlySpan<RevisionId> path, ReadOnlySpan<NodeValue> values)
    {
        var at = (int)(path[0].Generation - _nodes[meeting].Id.Generation);
        if (_nodes[meeting].Parent == None && _nodes[meeting].GapLength == 0 && at < path.Length - 1)
        {
            ExtendRoot(meeting, path, at + 1, values);
        }

        var node = meeting;
        while (true)
        {
            Prefer(node, ValueAt(values, at));
            if (at == 0)
            {
                return MergeOutcome.InternalNode;
            }

            var child = ChildOf(node, path[at - 1]);
            if (child == None)
            {
                break;
            }

            node = child;
            at--;
        }

        var wasLeaf = _nodes[node].FirstChild == None;
        if (wasLeaf)
        {
            UncountLeaf(node);
        }

        CountLeaf(AddChain(node, path, at - 1, values));
        return wasLeaf ? MergeOutcome.NewLeaf : MergeOutcome.NewBranch;
    }

    /// <summary>Adds the path's revisions from position <paramref name="from"/> to the newest as a chain below a node.</summary>
    /// <returns>The newest node.</returns>
    private int AddChain(int parent, ReadOnlySpan<RevisionId> path, int from, ReadOnlySpan<NodeValue> values)
    {
        for (var i = from; i >= 0; i--)
        {
            var node = Add(path[i], ValueAt(values, i));
            Link(parent, node);
            parent = node;
        }

        return parent;
    }

    private void ExtendRoot(int root, ReadOnlySpan<RevisionId> path, int from, ReadOnlySpan<NodeValue> values)
    {
        Unlink(root);
        var child = root;
        for (var i = from; i < path.Length; i++)
        {
            var node = Add(path[i], ValueAt(values, i));
            _nodes[node].FirstChild = child;
            _nodes[child].Parent = node;
            _nodes[child].NextSibling = None;
            child = node;
        }

        Link(None, child);
    }

    /// <summary>Merges flags into a known node: they only change if the node becomes stored.</summary>
    private void Prefer(int i, in NodeValue value)
    {
        if ((_nodes[i].Flags & RevisionFlags.Stored) != 0 || (value.Flags & RevisionFlags.Stored) == 0)
        {
            return;
        }

        var isLeaf = _nodes[i].FirstChild == None;
        if (isLeaf)
        {
            UncountLeaf(i);
        }

        _nodes[i].Flags = value.Flags;
        _nodes[i].Sequence = value.Sequence;
        _nodes[i].Page = 0;
        _changed = true;
        if (isLeaf)
        {
            CountLeaf(i);
        }
    }
}
