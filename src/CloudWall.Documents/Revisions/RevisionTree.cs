namespace CloudWall.Documents.Revisions;

/// <summary>
/// A document's revision tree; strictly a forest, because stemming cuts off old roots and foreign histories may have nothing in common. It
/// merges, stems and chooses the winner exactly like CouchDB, because replication requires that all nodes agree. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Nodes are in one array and refer to each other by index, so that a small document costs two allocations and no operation recurses.
/// Siblings are sorted by id, roots by generation and id.</para> <para>Large trees: a hash table of nodes is built as soon as array walks
/// have cost as much as building it, and siblings are sorted only when their order is needed. An update of m revisions in a tree of n costs
/// O((m + n) log(m + n)) for every shape of tree (<see cref="Steps"/>).</para> <para>Long histories: the tail, that is the older part of a
/// long run of ancestors without forks, may be stored in pages outside the record (<see cref="SpillTail"/>), so that a document's
/// thousandth edit writes about as much as its first. The tree keeps only the length of such a gap. Operations that need the missing nodes
/// throw <see cref="InvalidOperationException"/>. <see cref="CanMergeWithoutTail"/>, <see cref="CanStemWithoutTail"/> and
/// <see cref="MayBeInTail"/> tell this in advance, and <see cref="AttachTail"/> loads the nodes.</para>
/// </remarks>
public sealed partial class RevisionTree
{
    private const int None = -1;

    /// <summary>Up to this many nodes, a linear search is faster than a table.</summary>
    private const int FewNodes = 64;

    private readonly int _few;
    private Node[] _nodes = [];
    private int _count;
    private int _firstRoot = None;
    private bool _changed;

    /// <summary>Creates an empty tree.</summary>
    public RevisionTree()
        : this(FewNodes)
    {
    }

    /// <summary>Creates an empty tree that uses its tables from a given number of nodes; tests pass 0 to use them in small trees.</summary>
    internal RevisionTree(int few) => _few = few;

    /// <summary>
    /// The number of nodes and requested revisions that operations have visited so far. Tests compare it with the size of the work.
    /// </summary>
    internal long Steps { get; private set; }

    /// <summary>Whether the tree has no revisions.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>
    /// Whether the tree has changed since it was created, read or accepted. Nodes that were added and stemmed again do not count.
    /// </summary>
    public bool IsChanged
    {
        get
        {
            if (_changed)
            {
                return true;
            }

            foreach (ref readonly var node in All())
            {
                if (!node.IsOld)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Accepts the changes: <see cref="IsChanged"/> is false until the next change.</summary>
    public void AcceptChanges()
    {
        _changed = false;
        foreach (ref var node in All())
        {
            node.IsOld = true;
        }
    }

    /// <summary>Finds a leaf.</summary>
    public bool TryFindLeaf(RevisionId revision, out RevisionLeaf leaf)
    {
        var i = IndexOfLeaf(revision);
        leaf = i == None ? default : LeafAt(i);
        return i != None;
    }

    /// <summary>Finds a leaf or ancestor among the loaded nodes. <see cref="MayBeInTail"/> covers the others.</summary>
    public bool TryFind(RevisionId revision, out RevisionNode node)
    {
        var i = IndexOf(revision);
        node = i == None ? default : NodeAt(i);
        return i != None;
    }

    /// <summary>
    /// Returns a revision and its ancestors, newest first, as <c>_revisions</c> lists them; empty if the revision is unknown. The path ends
    /// at the first gap, so load the tail first if <see cref="TailCount"/> is above 0 and the whole path is needed.
    /// </summary>
    /// <param name="revision">The newest revision of the path.</param>
    /// <param name="limit">The maximum number of revisions to return.</param>
    public IReadOnlyList<RevisionNode> PathOf(RevisionId revision, long limit = long.MaxValue)
    {
        var path = new List<RevisionNode>();
        for (var i = IndexOf(revision); i != None && path.Count < limit; i = _nodes[i].GapLength > 0 ? None : _nodes[i].Parent)
        {
            path.Add(NodeAt(i));
        }

        Steps += path.Count;
        return path;
    }

    /// <summary>Gives each leaf a new update sequence in tree order, roots from first to last, as CouchDB does after a purge.</summary>
    /// <param name="sequence">The last sequence in use; the first leaf gets the next one.</param>
    /// <returns>The last sequence that was assigned; it becomes the document's.</returns>
    public long RelabelLeaves(long sequence)
    {
        for (var i = FirstRoot(); i != None; i = NextInOrder(i))
        {
            if (_nodes[i].FirstChild == None)
            {
                _nodes[i].Sequence = ++sequence;
                _changed = true;
            }
        }

        ForgetLeaves();
        return sequence;
    }

    private RevisionNode NodeAt(int i) => new(_nodes[i].Id, _nodes[i].Flags);

    /// <summary>All nodes, unordered.</summary>
    private Span<Node> All()
    {
        Steps += _count;
        return _nodes.AsSpan(0, _count);
    }

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
        Steps++;
        AddToTable(_count++);
        return _count - 1;
    }

    /// <summary>Replaces all nodes and drops everything derived from the old ones.</summary>
    private void Replace(Node[] nodes, int count)
    {
        _nodes = nodes;
        _count = count;
        if (_hasShortcuts)
        {
            ForgetShortcuts();
        }

        ForgetTable();
        ForgetLeaves();
        ForgetGaps();
    }

    private struct Node
    {
        public RevisionId Id;
        public long Sequence;
        public int Parent;
        public int FirstChild;
        public int NextSibling;

        /// <summary>The next node in the same bucket of the table; -1 for none. Meaningless without a table.</summary>
        public int NextInBucket;

        /// <summary>1 + an ancestor that is nearer to the root; 0 for none. See <see cref="RootOf"/>.</summary>
        public int Shortcut;

        /// <summary>How many ancestors between this node and its parent are in pages; for a root, how many above it.</summary>
        public int GapLength;

        /// <summary>Identifies the pages of this gap.</summary>
        public int GapId;

        /// <summary>1 + the position of the attached page that contains this node unchanged; 0 for none.</summary>
        public int Page;

        public RevisionFlags Flags;

        /// <summary>Whether the node existed when changes were last accepted.</summary>
        public bool IsOld;
    }

    private readonly record struct NodeValue(RevisionFlags Flags, long Sequence, bool IsOld, int Page);
}
