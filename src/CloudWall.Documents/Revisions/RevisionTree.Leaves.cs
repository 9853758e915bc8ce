namespace CloudWall.Documents.Revisions;

/// <content>The ends of branches, and which of them wins.</content>
public sealed partial class RevisionTree
{
    private int _leafCount;
    private int _liveLeafCount;
    private RevisionLeaf[]? _leaves;

    /// <summary>
    /// Candidates for the winner, best first: all leaves, and some nodes that are no longer leaves. Null until the winner was asked for
    /// often enough.
    /// </summary>
    private PriorityQueue<int, RevisionLeaf>? _candidates;

    /// <summary>How many nodes the searches for the winner have visited.</summary>
    private long _walkedForWinner;

    /// <summary>The number of leaves.</summary>
    public int LeafCount => _leafCount;

    /// <summary>Whether the document is deleted: it has leaves, and all of them are deletions.</summary>
    public bool IsDeleted => _leafCount > 0 && _liveLeafCount == 0;

    /// <summary>The leaves, winner first: live leaves before deleted ones, then by descending generation and id.</summary>
    public IReadOnlyList<RevisionLeaf> Leaves => _leaves ??= SortedLeaves();

    /// <summary>The winner: the leaf that represents the document.</summary>
    /// <exception cref="InvalidOperationException">The tree is empty.</exception>
    public RevisionLeaf Winner
    {
        get
        {
            if (_leaves is not null && _leaves.Length > 0)
            {
                return _leaves[0];
            }

            if (_candidates is null && _count > _few && _walkedForWinner >= (long)WalksForTable * _count)
            {
                CollectCandidates();
            }

            return _candidates is null ? LookForWinner() : BestCandidate(_candidates);
        }
    }

    /// <summary>
    /// Adds all leaves in tree order, the order of <c>_bulk_get</c>: roots from last to first, siblings from first to last.
    /// </summary>
    public void CollectLeaves(ICollection<RevisionLeaf> into)
    {
        foreach (var i in AllLeaves())
        {
            into.Add(LeafAt(i));
        }
    }

    private static int CompareLeaves(in RevisionLeaf a, in RevisionLeaf b) =>
        a.IsDeleted != b.IsDeleted ? (a.IsDeleted ? 1 : -1) : b.Revision.CompareTo(a.Revision);

    private RevisionLeaf LeafAt(int i) => new(_nodes[i].Id, _nodes[i].Flags, _nodes[i].Sequence);

    private bool IsLive(int i) => (_nodes[i].Flags & RevisionFlags.Deleted) == 0;

    private RevisionLeaf[] SortedLeaves()
    {
        if (_count == 0)
        {
            return [];
        }

        var leaves = new RevisionLeaf[_leafCount];
        var filled = 0;
        Steps += _count;
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

    /// <summary>The leaves in tree order: roots from last to first.</summary>
    private List<int> AllLeaves()
    {
        var leaves = new List<int>(_leafCount);
        foreach (var root in RootsFromLast())
        {
            for (var i = root; i != None; i = NextBelow(i, root))
            {
                if (_nodes[i].FirstChild == None)
                {
                    leaves.Add(i);
                }
            }
        }

        return leaves;
    }

    /// <summary>Accounts for a node that became a leaf.</summary>
    private void CountLeaf(int i)
    {
        _leafCount++;
        _liveLeafCount += IsLive(i) ? 1 : 0;
        _leaves = null;
        _candidates?.Enqueue(i, LeafAt(i));
    }

    /// <summary>Accounts for a node that stops being a leaf.</summary>
    private void UncountLeaf(int i)
    {
        _leafCount--;
        _liveLeafCount -= IsLive(i) ? 1 : 0;
        _leaves = null;
    }

    private void CountLeaves()
    {
        _leafCount = 0;
        _liveLeafCount = 0;
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].FirstChild == None)
            {
                _leafCount++;
                _liveLeafCount += IsLive(i) ? 1 : 0;
            }
        }
    }

    private void ForgetLeaves()
    {
        _leaves = null;
        _candidates = null;
        _walkedForWinner = 0;
    }

    private RevisionLeaf LookForWinner()
    {
        var winner = None;
        Steps += _count;
        _walkedForWinner += _count;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].FirstChild == None && (winner == None || CompareLeaves(LeafAt(i), LeafAt(winner)) < 0))
            {
                winner = i;
            }
        }

        return winner == None ? throw new InvalidOperationException("An empty tree has no winner.") : LeafAt(winner);
    }

    private void CollectCandidates()
    {
        var leaves = new List<(int, RevisionLeaf)>(_leafCount);
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].FirstChild == None)
            {
                leaves.Add((i, LeafAt(i)));
            }
        }

        _candidates = new PriorityQueue<int, RevisionLeaf>(leaves, Comparer<RevisionLeaf>.Create(static (a, b) => CompareLeaves(a, b)));
    }

    private RevisionLeaf BestCandidate(PriorityQueue<int, RevisionLeaf> candidates)
    {
        while (candidates.TryPeek(out var i, out var leaf))
        {
            Steps++;
            if (_nodes[i].FirstChild == None && LeafAt(i) == leaf)
            {
                return leaf;
            }

            candidates.Dequeue();
        }

        throw new InvalidOperationException("An empty tree has no winner.");
    }
}
