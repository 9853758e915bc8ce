namespace CloudWall.Documents.Revisions;

/// <content>The order of roots and siblings.</content>
public sealed partial class RevisionTree
{
    /// <summary>
    /// Whether siblings or roots were added without sorting. The list of roots is then unusable; lists of children are complete but
    /// unordered.
    /// </summary>
    private bool _unordered;

    /// <summary>Whether any node has a shortcut towards its root.</summary>
    private bool _hasShortcuts;

    /// <summary>Up to this many siblings, a new one is inserted in order.</summary>
    private int FewSiblings => _few / 4;

    /// <summary>The first root. Sorts all roots and siblings first, if necessary.</summary>
    private int FirstRoot()
    {
        if (_unordered)
        {
            PutInOrder();
        }

        return _firstRoot;
    }

    private bool HasSeveralRoots()
    {
        var root = FirstRoot();
        return root != None && _nodes[root].NextSibling != None;
    }

    /// <summary>The next node of the whole forest in pre-order.</summary>
    private int NextInOrder(int i)
    {
        Steps++;
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

    /// <summary>The next node below <paramref name="top"/> in pre-order.</summary>
    private int NextBelow(int i, int top)
    {
        Steps++;
        return _nodes[i].FirstChild != None ? _nodes[i].FirstChild : NextBeside(i, top);
    }

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
        for (var root = FirstRoot(); root != None; root = _nodes[root].NextSibling)
        {
            roots.Add(root);
        }

        Steps += roots.Count;
        roots.Reverse();
        return roots;
    }

    /// <summary>The generation of the oldest ancestor in the gap above a node, or the node's own if there is no gap.</summary>
    private long StartOf(int i) => _nodes[i].Id.Generation - _nodes[i].GapLength;

    /// <summary>Inserts a node among its siblings; with the parent <see cref="None"/>, among the roots.</summary>
    private void Link(int parent, int node)
    {
        _nodes[node].Parent = parent;
        if (parent == None && _unordered)
        {
            return;
        }

        var previous = None;
        var next = parent == None ? _firstRoot : _nodes[parent].FirstChild;
        for (var left = FewSiblings; next != None && CompareSiblings(next, node) <= 0; left--)
        {
            Steps++;
            if (left <= 0)
            {
                // Sorting is deferred until someone needs the order.
                _unordered = true;
                previous = None;
                next = parent == None ? _firstRoot : _nodes[parent].FirstChild;
                break;
            }

            previous = next;
            next = _nodes[next].NextSibling;
        }

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
        if (parent == None && _unordered)
        {
            return;
        }

        var i = parent == None ? _firstRoot : _nodes[parent].FirstChild;
        if (i == node)
        {
            SetFirst(parent, _nodes[node].NextSibling);
            return;
        }

        for (var left = FewSiblings; _nodes[i].NextSibling != node; left--)
        {
            Steps++;
            if (left <= 0 && parent == None)
            {
                _unordered = true;
                return;
            }

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

    /// <summary>Whether a node sorts before another of the same generation.</summary>
    private bool ComesBefore(int a, int b)
    {
        var (rootA, rootB) = (RootOf(a), RootOf(b));
        if (rootA != rootB)
        {
            return CompareSiblings(rootA, rootB) < 0;
        }

        // A revision occurs twice in one tree, which only forged histories cause.
        while (_nodes[a].Parent != _nodes[b].Parent)
        {
            Steps++;
            var aboveA = _nodes[_nodes[a].Parent].Id.Generation;
            var aboveB = _nodes[_nodes[b].Parent].Id.Generation;
            a = aboveA >= aboveB ? _nodes[a].Parent : a;
            b = aboveB >= aboveA ? _nodes[b].Parent : b;
        }

        return CompareSiblings(a, b) < 0;
    }

    /// <summary>
    /// The root above a node. Compresses paths: each visited node gets a shortcut upwards, so long chains are walked once.
    /// </summary>
    private int RootOf(int i)
    {
        while (_nodes[i].Parent != None)
        {
            Steps++;
            var above = Above(i);
            var further = Above(above);
            _nodes[i].Shortcut = 1 + (further == None ? above : further);
            _hasShortcuts = true;
            i = _nodes[i].Shortcut - 1;
        }

        return i;
    }

    private int Above(int i) => _nodes[i].Shortcut > 0 ? _nodes[i].Shortcut - 1 : _nodes[i].Parent;

    private void ForgetShortcuts()
    {
        _hasShortcuts = false;
        foreach (ref var node in All())
        {
            node.Shortcut = 0;
        }
    }

    private void PutInOrder()
    {
        _unordered = false;
        var roots = new List<int>();
        var siblings = new List<int>();
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            if (_nodes[i].Parent == None)
            {
                roots.Add(i);
            }

            if (_nodes[i].FirstChild != None && _nodes[_nodes[i].FirstChild].NextSibling != None)
            {
                for (var child = _nodes[i].FirstChild; child != None; child = _nodes[child].NextSibling)
                {
                    siblings.Add(child);
                }

                _nodes[i].FirstChild = InOrder(siblings);
                siblings.Clear();
            }
        }

        _firstRoot = InOrder(roots);
    }

    /// <summary>Sorts siblings and links them.</summary>
    /// <returns>The first sibling.</returns>
    private int InOrder(List<int> siblings)
    {
        siblings.Sort(CompareSiblings);
        Steps += siblings.Count;
        var first = None;
        for (var k = siblings.Count - 1; k >= 0; k--)
        {
            _nodes[siblings[k]].NextSibling = first;
            first = siblings[k];
        }

        return first;
    }
}
