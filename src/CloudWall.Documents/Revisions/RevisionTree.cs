namespace CloudWall.Documents.Revisions;

/// <summary>
/// A document's revisions: a forest, since stemming cuts off old roots and foreign histories may have nothing in common. It merges,
/// stems and chooses a winner as CouchDB does (its replication protocol and conflict model depend on every node doing the same).
/// Not for use by several threads at once.
/// </summary>
/// <remarks>
/// <para>Nodes lie in one array and refer to each other by index, so that a document of few revisions costs two allocations, and no
/// operation recurses. Siblings are in the order of their ids, roots in the order of generation and id.</para>
/// <para>Trees of many revisions: nodes are found through a table once walks over the array have cost as much as the table would, and
/// many siblings are put in order when somebody asks for their order. So an update of m revisions in a tree of n costs the order of
/// (m + n) log(m + n), however the revisions hang together (<see cref="Steps"/>).</para>
/// <para>Long histories: the older part of a long run of ancestors without forks may live in pages outside
/// (see <see cref="SpillTail"/>), so that a document's thousandth edit writes about what its first wrote. Such a gap above a
/// node is known by its length. Operations that cannot do without the missing nodes throw
/// <see cref="InvalidOperationException"/>; <see cref="CanMergeWithoutTail"/>, <see cref="CanStemWithoutTail"/> and
/// <see cref="MayBeInTail"/> tell beforehand, and <see cref="AttachTail"/> loads them.</para>
/// </remarks>
public sealed partial class RevisionTree
{
    private const int None = -1;

    /// <summary>Up to this many nodes a walk over them is faster than a table.</summary>
    private const int FewNodes = 64;

    private readonly int _few;
    private Node[] _nodes = [];
    private int _count;
    private int _firstRoot = None;
    private bool _changed;

    /// <summary>An empty tree.</summary>
    public RevisionTree()
        : this(FewNodes)
    {
    }

    /// <summary>An empty tree that uses its tables from a number of nodes on; tests choose 0 to have them used by small trees.</summary>
    internal RevisionTree(int few) => _few = few;

    /// <summary>
    /// How many nodes, and revisions asked for, the operations so far have looked at. Tests hold it against the size of what was done.
    /// </summary>
    internal long Steps { get; private set; }

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

    /// <summary>Forgets what changed: <see cref="IsChanged"/> is false until the next change.</summary>
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
    /// <param name="revision">The newest revision of the path.</param>
    /// <param name="limit">How many revisions are wanted at most.</param>
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

    /// <summary>
    /// Gives each leaf a new update sequence in the tree's order, roots from first to last, as CouchDB does after a purge.
    /// </summary>
    /// <param name="sequence">The last sequence in use; the first leaf gets the next one.</param>
    /// <returns>The last sequence given, which becomes the document's.</returns>
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

    /// <summary>All nodes, in no order, for a walk over them.</summary>
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

    /// <summary>Replaces all nodes; what was found out about the old ones is forgotten.</summary>
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

        /// <summary>The next node of the same bucket of the table; -1 for none. Of no meaning while there is no table.</summary>
        public int NextInBucket;

        /// <summary>1 + some ancestor, from where the root is nearer; 0 for none. See <see cref="RootOf"/>.</summary>
        public int Shortcut;

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
