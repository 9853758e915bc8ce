namespace CloudWall.Documents.Revisions;

/// <content>Finding nodes by their ids.</content>
public sealed partial class RevisionTree
{
    /// <summary>Hash table of nodes: 1 + the latest node of each bucket, or 0. Empty until the table is built.</summary>
    private int[] _buckets = [];

    /// <summary>The table is built after this many walks over all nodes: building costs about as much.</summary>
    private int WalksForTable => _few / 16;

    /// <summary>How many nodes searches have visited without a table.</summary>
    private long _walked;

    /// <summary>
    /// Finds the node with an id. Before stemming, several trees of the forest can contain the same revision; the result is then the first
    /// in the order of roots and siblings.
    /// </summary>
    private int IndexOf(RevisionId revision)
    {
        var found = None;
        for (var i = FirstOf(revision); i != None; i = NextOf(revision, i))
        {
            if (found == None || ComesBefore(i, found))
            {
                found = i;
            }
        }

        return found;
    }

    /// <summary>Finds the leaf with an id; of several, the one added last.</summary>
    private int IndexOfLeaf(RevisionId revision)
    {
        var found = None;
        for (var i = FirstOf(revision); i != None; i = NextOf(revision, i))
        {
            if (_nodes[i].FirstChild == None && i > found)
            {
                found = i;
            }
        }

        return found;
    }

    private int Occurrences(RevisionId revision)
    {
        var count = 0;
        for (var i = FirstOf(revision); i != None; i = NextOf(revision, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>Finds the child of a node by id. Ignores children below a gap.</summary>
    private int ChildOf(int parent, RevisionId revision)
    {
        var child = _nodes[parent].FirstChild;
        for (var left = FewSiblings; child != None && left > 0; left--)
        {
            Steps++;
            if (_nodes[child].Id == revision && _nodes[child].GapLength == 0)
            {
                return child;
            }

            child = _nodes[child].NextSibling;
        }

        if (child == None)
        {
            return None;
        }

        NeedTable();
        for (child = FirstOf(revision); child != None; child = NextOf(revision, child))
        {
            if (_nodes[child].Parent == parent && _nodes[child].GapLength == 0)
            {
                return child;
            }
        }

        return None;
    }

    /// <summary>The first node with an id; <see cref="NextOf"/> continues.</summary>
    private int FirstOf(RevisionId revision)
    {
        if (_buckets.Length == 0 && _count > _few && _walked >= (long)WalksForTable * _count)
        {
            NeedTable();
        }

        return _buckets.Length == 0 ? Walk(revision, 0) : Chain(revision, _buckets[Bucket(revision)] - 1);
    }

    /// <summary>The next node with the same id. No node may be added during the iteration.</summary>
    private int NextOf(RevisionId revision, int i) =>
        _buckets.Length == 0 ? Walk(revision, i + 1) : Chain(revision, _nodes[i].NextInBucket);

    private int Walk(RevisionId revision, int from)
    {
        var i = from;
        while (i < _count && (_nodes[i].Id.Generation != revision.Generation || _nodes[i].Id != revision))
        {
            i++;
        }

        Steps += i - from;
        _walked += i - from;
        return i < _count ? i : None;
    }

    private int Chain(RevisionId revision, int i)
    {
        Steps++;
        while (i != None && _nodes[i].Id != revision)
        {
            i = _nodes[i].NextInBucket;
            Steps++;
        }

        return i;
    }

    private int Bucket(in RevisionId revision) => revision.GetHashCode() & (_buckets.Length - 1);

    private void NeedTable()
    {
        if (_buckets.Length > 0)
        {
            return;
        }

        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, _count + (_count / 2)))];
        Steps += _count;
        for (var i = 0; i < _count; i++)
        {
            PutInBucket(i);
        }
    }

    private void AddToTable(int i)
    {
        if (_buckets.Length == 0)
        {
            return;
        }

        if (i < _buckets.Length)
        {
            PutInBucket(i);
            return;
        }

        ForgetTable();
        NeedTable();
    }

    private void PutInBucket(int i)
    {
        ref var bucket = ref _buckets[Bucket(_nodes[i].Id)];
        _nodes[i].NextInBucket = bucket - 1;
        bucket = i + 1;
    }

    private void ForgetTable()
    {
        _buckets = [];
        _walked = 0;
    }
}
