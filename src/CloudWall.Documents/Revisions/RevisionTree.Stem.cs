using System.Buffers;

namespace CloudWall.Documents.Revisions;

/// <content>Taking revisions away.</content>
public sealed partial class RevisionTree
{
    /// <summary>
    /// Stems the tree: drops ancestors that are <paramref name="limit"/> or more generations above the nearest leaf (<c>_revs_limit</c>),
    /// and joins trees that share revisions. Must be called after every update.
    /// </summary>
    /// <param name="limit">The number of revisions to keep in each branch, 1 or more.</param>
    /// <param name="removed">Receives the dropped loaded nodes. <see cref="TakeDroppedPages"/> reports those in pages.</param>
    /// <exception cref="InvalidOperationException">The tail must be loaded first: <see cref="CanStemWithoutTail"/>.</exception>
    public void Stem(long limit, ICollection<RevisionId>? removed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (_leafCount <= 1)
        {
            StemChain(limit, removed);
            return;
        }

        var exceeds = AnyPathExceeds(limit);
        if (!exceeds && !HasSeveralRoots())
        {
            return;
        }

        if (HasDoubles(byHashAlone: exceeds))
        {
            if (TailCount > 0)
            {
                throw new InvalidOperationException("The tail is needed to repair the tree.");
            }

            Rebuild(AllLeaves(), limit, removed);
        }
        else if (exceeds)
        {
            StemBranches(limit, removed);
        }
    }

    /// <summary>Whether any branch is longer than a limit.</summary>
    internal bool Exceeds(long limit) => !IsEmpty && AnyPathExceeds(limit);

    /// <summary>
    /// Whether <see cref="Stem"/> works without the tail. False only if different branches contain the same revision or hash, which never
    /// happens to real edits.
    /// </summary>
    public bool CanStemWithoutTail(long limit)
    {
        if (TailCount == 0 || _leafCount <= 1)
        {
            return true;
        }

        var exceeds = AnyPathExceeds(limit);
        return (!exceeds && !HasSeveralRoots()) || !HasDoubles(byHashAlone: exceeds);
    }

    /// <summary>Purges leaves: removes them with all ancestors that no other leaf shares.</summary>
    /// <param name="leaves">The leaves to remove. Revisions that are not leaves are ignored.</param>
    /// <param name="removedLeaves">Receives the removed leaves, in tree order.</param>
    /// <param name="removedNodes">Receives all removed nodes, leaves included.</param>
    /// <returns>The number of removed leaves.</returns>
    /// <exception cref="InvalidOperationException"><see cref="TailCount"/> is above 0: the tail must be loaded first.</exception>
    public int Remove(
        ReadOnlySpan<RevisionId> leaves, ICollection<RevisionId> removedLeaves, ICollection<RevisionId> removedNodes)
    {
        if (TailCount > 0)
        {
            throw new InvalidOperationException("The tail is needed to remove revisions.");
        }

        var wanted = new PendingRevisions(leaves);
        var remaining = new List<int>();
        var removed = 0;
        Steps += leaves.Length;
        foreach (var leaf in AllLeaves())
        {
            if (wanted.Take(_nodes[leaf].Id))
            {
                removed++;
                removedLeaves.Add(_nodes[leaf].Id);
            }
            else
            {
                remaining.Add(leaf);
            }
        }

        if (removed == 0)
        {
            return 0;
        }

        if (HasSeveralRoots() && HasDoubles(byHashAlone: false))
        {
            Rebuild(remaining, long.MaxValue, removedNodes);
            return removed;
        }

        var keep = ArrayPool<bool>.Shared.Rent(_count);
        keep.AsSpan(0, _count).Clear();
        foreach (var leaf in remaining)
        {
            for (var i = leaf; i != None && !keep[i]; i = _nodes[i].Parent)
            {
                Steps++;
                keep[i] = true;
            }
        }

        Compact(keep, removedNodes);
        ArrayPool<bool>.Shared.Return(keep);
        return removed;
    }

    private void StemChain(long limit, ICollection<RevisionId>? removed)
    {
        if (_count == 0)
        {
            return;
        }

        var leaf = _count - 1;
        while (_nodes[leaf].FirstChild != None)
        {
            leaf--;
        }

        var oldestKept = _nodes[leaf].Id.Generation - limit + 1;
        var root = FirstRoot();
        if (StartOf(root) >= oldestKept)
        {
            return;
        }

        var dropped = 0;
        while (_nodes[root].Id.Generation < oldestKept)
        {
            removed?.Add(_nodes[root].Id);
            _changed |= _nodes[root].IsOld;
            dropped++;
            root = _nodes[root].FirstChild;
        }

        var gap = (int)Math.Min(_nodes[root].GapLength, _nodes[root].Id.Generation - oldestKept);
        _changed |= gap != _nodes[root].GapLength;
        if (dropped > 0)
        {
            Detach(root, dropped);
            root = _firstRoot;
        }

        _nodes[root].GapLength = gap;
        ForgetGaps();
        CountTail();
    }

    /// <summary>Makes a node of a chain its root and moves the remaining nodes together, oldest first.</summary>
    private void Detach(int root, int dropped)
    {
        var nodes = new Node[Math.Max(4, _count - dropped + 1)];
        var count = 0;
        for (var i = root; i != None; i = _nodes[i].FirstChild)
        {
            nodes[count] = _nodes[i];
            nodes[count].Parent = count - 1;
            nodes[count].FirstChild = _nodes[i].FirstChild == None ? None : count + 1;
            nodes[count].NextSibling = None;
            count++;
        }

        Steps += count;
        Replace(nodes, count);
        _firstRoot = 0;
    }

    private void StemBranches(long limit, ICollection<RevisionId>? removed)
    {
        // Each node's distance from its nearest leaf, subtracted from the limit; nodes with 0 or less are dropped.
        var order = ArrayPool<int>.Shared.Rent(_count);
        var inside = ArrayPool<long>.Shared.Rent(_count);
        var keep = ArrayPool<bool>.Shared.Rent(_count);
        FillOrder(order);
        inside.AsSpan(0, _count).Clear();
        var drops = false;
        for (var k = _count - 1; k >= 0; k--)
        {
            var i = order[k];
            ref var node = ref _nodes[i];
            if (node.FirstChild == None)
            {
                inside[i] = limit;
            }

            keep[i] = inside[i] > 0;
            drops |= !keep[i];
            if (node.GapLength > 0)
            {
                var kept = keep[i] ? (int)Math.Min(node.GapLength, inside[i] - 1) : 0;
                if (kept < node.GapLength)
                {
                    inside[i] = 0;
                    node.GapLength = kept;
                    _changed = true;

                    // Rebuild even if no loaded node is dropped, because the order of the roots can change.
                    drops = true;
                }
                else
                {
                    inside[i] -= kept;
                }
            }

            if (node.Parent != None)
            {
                inside[node.Parent] = Math.Max(inside[node.Parent], inside[i] - 1);
            }
        }

        if (drops)
        {
            Compact(keep, removed);
        }

        ForgetGaps();
        CountTail();
        ArrayPool<int>.Shared.Return(order);
        ArrayPool<long>.Shared.Return(inside);
        ArrayPool<bool>.Shared.Return(keep);
    }

    private void FillOrder(Span<int> order)
    {
        var k = 0;
        for (var i = FirstRoot(); i != None; i = NextInOrder(i))
        {
            order[k++] = i;
        }
    }

    /// <summary>Drops the nodes that are not kept. A kept node whose parent is dropped becomes a root.</summary>
    private void Compact(ReadOnlySpan<bool> keep, ICollection<RevisionId>? removed)
    {
        var order = ArrayPool<int>.Shared.Rent(_count);
        var places = ArrayPool<int>.Shared.Rent(_count);
        FillOrder(order);
        var count = 0;
        foreach (var i in order.AsSpan(0, _count))
        {
            places[i] = keep[i] ? count++ : None;
        }

        var old = _nodes;
        var nodes = new Node[Math.Max(4, count)];
        var roots = new List<int>();
        for (var k = _count - 1; k >= 0; k--)
        {
            ref readonly var node = ref old[order[k]];
            var place = places[order[k]];
            if (place == None)
            {
                removed?.Add(node.Id);
                _changed |= node.IsOld;
                continue;
            }

            var firstChild = nodes[place].FirstChild;
            nodes[place] = node;
            nodes[place].FirstChild = firstChild - 1;
            var parent = node.Parent == None ? None : places[node.Parent];
            nodes[place].Parent = parent;
            if (parent == None)
            {
                roots.Add(place);
            }
            else
            {
                // Goes from the last sibling to the first. Until the parent is copied, its first child is stored plus 1.
                nodes[place].NextSibling = nodes[parent].FirstChild - 1;
                nodes[parent].FirstChild = place + 1;
            }
        }

        Replace(nodes, count);
        _firstRoot = InOrder(roots);
        CountLeaves();
        ArrayPool<int>.Shared.Return(order);
        ArrayPool<int>.Shared.Return(places);
    }

    private bool AnyPathExceeds(long limit)
    {
        var start = 0L;
        for (var i = FirstRoot(); i != None; i = NextInOrder(i))
        {
            if (_nodes[i].Parent == None)
            {
                start = StartOf(i);
            }

            if (_nodes[i].FirstChild == None && _nodes[i].Id.Generation - start >= limit)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a revision (or only a hash, at any generation) occurs twice in the tree.</summary>
    private bool HasDoubles(bool byHashAlone)
    {
        if (_count <= 32)
        {
            for (var i = 1; i < _count; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    ref readonly var other = ref _nodes[j].Id;
                    if (byHashAlone
                        ? other.WithGeneration(_nodes[i].Id.Generation) == _nodes[i].Id
                        : other.Generation == _nodes[i].Id.Generation && other == _nodes[i].Id)
                    {
                        return true;
                    }
                }
            }

            return false;
        }

        var seen = new HashSet<RevisionId>(_count);
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            if (!seen.Add(byHashAlone ? _nodes[i].Id.WithGeneration(0) : _nodes[i].Id))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Rebuilds the tree from the paths of leaves, each cut to the limit, which joins trees that share revisions.</summary>
    private void Rebuild(List<int> leaves, long limit, ICollection<RevisionId>? removed)
    {
        var depths = new int[_count];
        var longest = 0;
        foreach (var leaf in leaves)
        {
            var depth = 0;
            for (var i = leaf; i != None && depth < limit; i = _nodes[i].Parent)
            {
                depth++;
            }

            Steps += depth;
            depths[leaf] = depth;
            longest = Math.Max(longest, depth);
        }

        leaves.Sort((a, b) => ComparePaths(a, depths[a], b, depths[b]));
        var rebuilt = new RevisionTree(_few);
        var path = new RevisionId[longest];
        var values = new NodeValue[longest];
        foreach (var leaf in leaves)
        {
            var at = leaf;
            for (var k = 0; k < depths[leaf]; k++)
            {
                ref readonly var node = ref _nodes[at];
                path[k] = node.Id;
                values[k] = new NodeValue(node.Flags, node.Sequence, node.IsOld, node.Page);
                at = node.Parent;
            }

            Steps += depths[leaf];
            rebuilt.MergePath(path.AsSpan(0, depths[leaf]), values.AsSpan(0, depths[leaf]));
        }

        if (removed is not null)
        {
            var left = new HashSet<RevisionId>();
            for (var i = 0; i < rebuilt._count; i++)
            {
                left.Add(rebuilt._nodes[i].Id);
            }

            for (var i = 0; i < _count; i++)
            {
                if (left.Add(_nodes[i].Id))
                {
                    removed.Add(_nodes[i].Id);
                }
            }
        }

        _changed |= !rebuilt.HasSameNodesAsBefore(this);
        Steps += rebuilt.Steps;
        Replace(rebuilt._nodes, rebuilt._count);
        _firstRoot = rebuilt._firstRoot;
        _unordered = rebuilt._unordered;
        _leafCount = rebuilt._leafCount;
        _liveLeafCount = rebuilt._liveLeafCount;
        if (!_changed)
        {
            AcceptChanges();
        }
    }

    /// <summary>Whether a rebuilt tree has the same nodes as the other tree had before its changes.</summary>
    private bool HasSameNodesAsBefore(RevisionTree changed)
    {
        var before = new Dictionary<RevisionId, (RevisionId Parent, RevisionFlags Flags)>();
        changed.Steps += changed._count + _count;
        foreach (ref readonly var node in changed._nodes.AsSpan(0, changed._count))
        {
            if (node.IsOld && !before.TryAdd(node.Id, (changed.ParentOf(node, onlyOld: true), node.Flags)))
            {
                return false;
            }
        }

        foreach (ref readonly var node in _nodes.AsSpan(0, _count))
        {
            if (!before.Remove(node.Id, out var known)
                || known != (ParentOf(node, onlyOld: false), node.Flags)
                || (node.FirstChild == None && !node.IsOld))
            {
                return false;
            }
        }

        return before.Count == 0;
    }

    private RevisionId ParentOf(in Node node, bool onlyOld) =>
        node.Parent == None || (onlyOld && !_nodes[node.Parent].IsOld) ? default : _nodes[node.Parent].Id;

    /// <summary>Compares by the oldest kept generation, then from the newest revision by hash and flags.</summary>
    private int ComparePaths(int a, int aDepth, int b, int bDepth)
    {
        var result = (_nodes[a].Id.Generation - aDepth).CompareTo(_nodes[b].Id.Generation - bDepth);
        for (var k = 0; result == 0 && k < aDepth && k < bDepth; k++)
        {
            result = _nodes[a].Id.WithGeneration(0).CompareTo(_nodes[b].Id.WithGeneration(0));
            if (result == 0)
            {
                result = CompareValues(_nodes[a], _nodes[b]);
            }

            Steps++;
            a = _nodes[a].Parent;
            b = _nodes[b].Parent;
        }

        return result != 0 ? result : aDepth.CompareTo(bDepth);
    }

    private static int CompareValues(in Node a, in Node b)
    {
        var aStored = (a.Flags & RevisionFlags.Stored) != 0;
        var bStored = (b.Flags & RevisionFlags.Stored) != 0;
        if (aStored != bStored)
        {
            return aStored ? -1 : 1;
        }

        var byFlags = a.Flags.CompareTo(b.Flags);
        return byFlags != 0 ? byFlags : a.Sequence.CompareTo(b.Sequence);
    }
}
