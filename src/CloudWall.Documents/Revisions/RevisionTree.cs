using System.Runtime.InteropServices;

namespace CloudWall.Documents.Revisions;

/// <summary>
/// A document's revisions: a forest, since stemming cuts off old roots and foreign histories may have nothing in common. It merges,
/// stems and chooses a winner as CouchDB does (its replication protocol and conflict model depend on every node doing the same).
/// Not for use by several threads at once.
/// </summary>
/// <remarks>
/// <para>Nodes lie in one array and refer to each other by index, so that a document of few revisions costs two allocations, and no
/// operation recurses. Siblings are in the order of their ids, roots in the order of generation and id.</para>
/// <para>Long histories: the older part of a long run of ancestors without forks may live in pages outside
/// (see <see cref="SpillTail"/>), so that a document's thousandth edit writes about what its first wrote. Such a gap above a
/// node is known by its length. Operations that cannot do without the missing nodes throw
/// <see cref="InvalidOperationException"/>; <see cref="CanMergeWithoutTail"/>, <see cref="CanStemWithoutTail"/> and
/// <see cref="MayBeInTail"/> tell beforehand, and <see cref="AttachTail"/> loads them.</para>
/// </remarks>
public sealed partial class RevisionTree
{
    private const int None = -1;

    private Node[] _nodes = [];
    private int _count;
    private int _firstRoot = None;
    private int _leafCount;
    private RevisionLeaf[]? _leaves;
    private bool _changed;

    /// <summary>Whether there is no revision at all.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>
    /// Whether anything has changed since the tree was made, read or accepted. Nodes that were added and stemmed again do not count.
    /// </summary>
    public bool IsChanged
    {
        get
        {
            if (_changed)
            {
                return true;
            }

            foreach (ref readonly var node in _nodes.AsSpan(0, _count))
            {
                if (!node.IsOld)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// The leaves, winner first: those that do not delete the document before those that do, then by generation and id, the
    /// higher first.
    /// </summary>
    public IReadOnlyList<RevisionLeaf> Leaves => _leaves ??= SortedLeaves();

    /// <summary>The leaf that stands for the document.</summary>
    /// <exception cref="InvalidOperationException">The tree is empty.</exception>
    public RevisionLeaf Winner
    {
        get
        {
            if (_leaves is not null && _leaves.Length > 0)
            {
                return _leaves[0];
            }

            var winner = None;
            for (var i = 0; i < _count; i++)
            {
                if (_nodes[i].FirstChild == None && (winner == None || CompareLeaves(LeafAt(i), LeafAt(winner)) < 0))
                {
                    winner = i;
                }
            }

            return winner == None ? throw new InvalidOperationException("An empty tree has no winner.") : LeafAt(winner);
        }
    }

    /// <summary>Forgets what changed: <see cref="IsChanged"/> is false until the next change.</summary>
    public void AcceptChanges()
    {
        _changed = false;
        foreach (ref var node in _nodes.AsSpan(0, _count))
        {
            node.IsOld = true;
        }
    }

    /// <summary>Finds a leaf.</summary>
    public bool TryFindLeaf(RevisionId revision, out RevisionLeaf leaf)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].FirstChild == None && _nodes[i].Id == revision)
            {
                leaf = LeafAt(i);
                return true;
            }
        }

        leaf = default;
        return false;
    }

    /// <summary>Finds a leaf or ancestor among the loaded nodes; see <see cref="MayBeInTail"/> for the others.</summary>
    public bool TryFind(RevisionId revision, out RevisionNode node)
    {
        var i = IndexOf(revision);
        node = i == None ? default : NodeAt(i);
        return i != None;
    }

    /// <summary>
    /// A revision and its ancestors, newest first, as <c>_revisions</c> lists them. Empty where the revision is not known. Ends at
    /// the first gap: with <see cref="TailCount"/> above 0, load the tail first for the whole path.
    /// </summary>
    public IReadOnlyList<RevisionNode> PathOf(RevisionId revision)
    {
        var path = new List<RevisionNode>();
        for (var i = IndexOf(revision); i != None; i = _nodes[i].GapLength > 0 ? None : _nodes[i].Parent)
        {
            path.Add(NodeAt(i));
        }

        return path;
    }

    /// <summary>
    /// Adds all leaves in the tree's own order, which is that of answers to <c>_bulk_get</c>: roots from last to first, siblings
    /// from first to last.
    /// </summary>
    public void CollectLeaves(ICollection<RevisionLeaf> into)
    {
        foreach (var root in RootsFromLast())
        {
            for (var i = root; i != None; i = NextBelow(i, root))
            {
                if (_nodes[i].FirstChild == None)
                {
                    into.Add(LeafAt(i));
                }
            }
        }
    }

    /// <summary>
    /// Adds the leaves that descend from a revision, or the revision itself where it is a leaf, as <c>open_revs</c> with
    /// <c>latest=true</c> asks for. None where the revision is not among the loaded nodes.
    /// </summary>
    public void CollectLeavesBelow(RevisionId revision, ICollection<RevisionLeaf> into)
    {
        var top = IndexOf(revision);
        for (var i = top; i != None; i = NextBelow(i, top))
        {
            if (_nodes[i].FirstChild == None)
            {
                into.Add(LeafAt(i));
            }
        }
    }

    /// <summary>
    /// Adds the leaves that descend from any of the revisions, each once though several lead to it, in the tree's own order.
    /// </summary>
    /// <param name="revisions">The revisions asked for.</param>
    /// <param name="into">Receives the leaves.</param>
    /// <param name="missing">Receives the revisions that are not in the tree, in the order given.</param>
    public void CollectLeavesBelow(
        ReadOnlySpan<RevisionId> revisions, ICollection<RevisionLeaf> into, ICollection<RevisionId> missing)
    {
        var pending = new List<RevisionId>(revisions.Length);
        pending.AddRange(revisions);
        var ofTrees = new List<List<RevisionLeaf>>();
        for (var root = _firstRoot; root != None; root = _nodes[root].NextSibling)
        {
            var found = new List<RevisionLeaf>();
            for (var i = root; i != None && pending.Count > 0;)
            {
                if (!pending.Remove(_nodes[i].Id))
                {
                    i = NextBelow(i, root);
                    continue;
                }

                for (var below = i; below != None; below = NextBelow(below, i))
                {
                    pending.Remove(_nodes[below].Id);
                    if (_nodes[below].FirstChild == None)
                    {
                        found.Add(LeafAt(below));
                    }
                }

                i = NextBeside(i, root);
            }

            ofTrees.Add(found);
        }

        for (var i = ofTrees.Count - 1; i >= 0; i--)
        {
            foreach (var leaf in ofTrees[i])
            {
                into.Add(leaf);
            }
        }

        foreach (var revision in pending)
        {
            missing.Add(revision);
        }
    }

    /// <summary>
    /// Which of the revisions are not among the loaded nodes, in ascending order, as <c>_revs_diff</c> and <c>_missing_revs</c>
    /// report. A revision asked for twice is found only once, as in CouchDB. Check <see cref="MayBeInTail"/> for the result.
    /// </summary>
    public IReadOnlyList<RevisionId> FindMissing(ReadOnlySpan<RevisionId> revisions)
    {
        var missing = new List<RevisionId>(revisions.Length);
        if (revisions.Length > 8 && _count > 64)
        {
            var known = new Dictionary<RevisionId, int>(_count);
            for (var i = 0; i < _count; i++)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(known, _nodes[i].Id, out _)++;
            }

            foreach (var revision in revisions)
            {
                ref var left = ref CollectionsMarshal.GetValueRefOrNullRef(known, revision);
                if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref left) || left-- <= 0)
                {
                    missing.Add(revision);
                }
            }
        }
        else
        {
            for (var i = 0; i < revisions.Length; i++)
            {
                if (Occurrences(revisions[i]) <= CountOf(revisions[..i], revisions[i]))
                {
                    missing.Add(revisions[i]);
                }
            }
        }

        missing.Sort();
        return missing;
    }

    /// <summary>
    /// The leaves that may be ancestors of missing revisions, as <c>_revs_diff</c> reports: those with a lower generation than the
    /// highest of the missing ones, in the order of <see cref="Leaves"/>.
    /// </summary>
    public IReadOnlyList<RevisionId> PossibleAncestors(IEnumerable<RevisionId> missing)
    {
        var highest = long.MinValue;
        foreach (var revision in missing)
        {
            highest = Math.Max(highest, revision.Generation);
        }

        var ancestors = new List<RevisionId>();
        foreach (var leaf in Leaves)
        {
            if (leaf.Revision.Generation < highest)
            {
                ancestors.Add(leaf.Revision);
            }
        }

        return ancestors;
    }

    /// <summary>
    /// Gives each leaf a new update sequence in the tree's order, roots from first to last, as CouchDB does after a purge.
    /// </summary>
    /// <param name="sequence">The last sequence in use; the first leaf gets the next one.</param>
    /// <returns>The last sequence given, which becomes the document's.</returns>
    public long RelabelLeaves(long sequence)
    {
        for (var i = _firstRoot; i != None; i = NextInOrder(i))
        {
            if (_nodes[i].FirstChild == None)
            {
                _nodes[i].Sequence = ++sequence;
                _changed = true;
            }
        }

        _leaves = null;
        return sequence;
    }

    private static int CompareLeaves(in RevisionLeaf a, in RevisionLeaf b) =>
        a.IsDeleted != b.IsDeleted ? (a.IsDeleted ? 1 : -1) : b.Revision.CompareTo(a.Revision);

    private static int CountOf(ReadOnlySpan<RevisionId> revisions, RevisionId revision)
    {
        var count = 0;
        foreach (ref readonly var candidate in revisions)
        {
            if (candidate == revision)
            {
                count++;
            }
        }

        return count;
    }

    private RevisionLeaf[] SortedLeaves()
    {
        if (_count == 0)
        {
            return [];
        }

        var leaves = new RevisionLeaf[_leafCount];
        var filled = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].FirstChild == None)
            {
                leaves[filled++] = LeafAt(i);
            }
        }

        if (filled > 1)
        {
            Array.Sort(leaves, static (a, b) => CompareLeaves(a, b));
        }

        return leaves;
    }

    private RevisionLeaf LeafAt(int i) => new(_nodes[i].Id, _nodes[i].Flags, _nodes[i].Sequence);

    private RevisionNode NodeAt(int i) => new(_nodes[i].Id, _nodes[i].Flags);

    private int Occurrences(RevisionId revision)
    {
        var count = 0;
        foreach (ref readonly var node in _nodes.AsSpan(0, _count))
        {
            if (node.Id.Generation == revision.Generation && node.Id == revision)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// The node with this id. Until stemming repairs the tree, several trees of the forest can hold the same revision: then it is
    /// the first in the order of roots and siblings.
    /// </summary>
    private int IndexOf(RevisionId revision)
    {
        var found = None;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].Id.Generation != revision.Generation || _nodes[i].Id != revision)
            {
                continue;
            }

            if (found != None)
            {
                return FirstInOrder(revision);
            }

            found = i;
        }

        return found;
    }

    private int FirstInOrder(RevisionId revision)
    {
        var i = _firstRoot;
        while (i != None && _nodes[i].Id != revision)
        {
            i = NextInOrder(i);
        }

        return i;
    }

    /// <summary>The next node of the whole forest, parents before children.</summary>
    private int NextInOrder(int i)
    {
        if (_nodes[i].FirstChild != None)
        {
            return _nodes[i].FirstChild;
        }

        while (i != None && _nodes[i].NextSibling == None)
        {
            i = _nodes[i].Parent;
        }

        return i == None ? None : _nodes[i].NextSibling;
    }

    /// <summary>The next node below <paramref name="top"/>, parents before children.</summary>
    private int NextBelow(int i, int top) => _nodes[i].FirstChild != None ? _nodes[i].FirstChild : NextBeside(i, top);

    /// <summary>The next node below <paramref name="top"/> that is not below <paramref name="i"/>.</summary>
    private int NextBeside(int i, int top)
    {
        while (i != top)
        {
            if (_nodes[i].NextSibling != None)
            {
                return _nodes[i].NextSibling;
            }

            i = _nodes[i].Parent;
        }

        return None;
    }

    private List<int> RootsFromLast()
    {
        var roots = new List<int>();
        for (var root = _firstRoot; root != None; root = _nodes[root].NextSibling)
        {
            roots.Add(root);
        }

        roots.Reverse();
        return roots;
    }

    /// <summary>The generation of the oldest ancestor between a node and its parent, or its own.</summary>
    private long StartOf(int i) => _nodes[i].Id.Generation - _nodes[i].GapLength;

    private int Add(in RevisionId id, in NodeValue value)
    {
        if (_count == _nodes.Length)
        {
            Array.Resize(ref _nodes, Math.Max(4, _count * 2));
        }

        _nodes[_count] = new Node
        {
            Id = id,
            Flags = value.Flags,
            Sequence = value.Sequence,
            IsOld = value.IsOld,
            Page = value.Page,
            Parent = None,
            FirstChild = None,
            NextSibling = None,
        };
        return _count++;
    }

    /// <summary>Puts a node among its siblings; <see cref="None"/> as the parent makes it a root.</summary>
    private void Link(int parent, int node)
    {
        var previous = None;
        var next = parent == None ? _firstRoot : _nodes[parent].FirstChild;
        while (next != None && CompareSiblings(next, node) <= 0)
        {
            previous = next;
            next = _nodes[next].NextSibling;
        }

        _nodes[node].Parent = parent;
        _nodes[node].NextSibling = next;
        if (previous != None)
        {
            _nodes[previous].NextSibling = node;
        }
        else
        {
            SetFirst(parent, node);
        }
    }

    private void Unlink(int node)
    {
        var parent = _nodes[node].Parent;
        var i = parent == None ? _firstRoot : _nodes[parent].FirstChild;
        if (i == node)
        {
            SetFirst(parent, _nodes[node].NextSibling);
            return;
        }

        while (_nodes[i].NextSibling != node)
        {
            i = _nodes[i].NextSibling;
        }

        _nodes[i].NextSibling = _nodes[node].NextSibling;
    }

    private void SetFirst(int parent, int node)
    {
        if (parent == None)
        {
            _firstRoot = node;
        }
        else
        {
            _nodes[parent].FirstChild = node;
        }
    }

    private int CompareSiblings(int a, int b)
    {
        var byStart = StartOf(a).CompareTo(StartOf(b));
        return byStart != 0 ? byStart : _nodes[a].Id.CompareTo(_nodes[b].Id);
    }

    private struct Node
    {
        public RevisionId Id;
        public long Sequence;
        public int Parent;
        public int FirstChild;
        public int NextSibling;

        /// <summary>How many ancestors between this node and its parent are in pages; with no parent, above this root.</summary>
        public int GapLength;

        /// <summary>Tells the pages of this gap from those of others.</summary>
        public int GapId;

        /// <summary>1 + the position among the attached pages of the one that holds this node unchanged; 0 for none.</summary>
        public int Page;

        public RevisionFlags Flags;

        /// <summary>Whether the node was there when changes were last accepted.</summary>
        public bool IsOld;
    }

    private readonly record struct NodeValue(RevisionFlags Flags, long Sequence, bool IsOld, int Page);
}
