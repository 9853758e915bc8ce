namespace CloudWall.Documents.Revisions;

/// <content>Finding nodes by their ids.</content>
public sealed partial class RevisionTree
{
    /// <summary>For each bucket 1 + its latest node, 0 for none. Empty while there is no table.</summary>
    private int[] _buckets = [];

    /// <summary>After how many walks over all nodes a table is made: it costs about as much.</summary>
    private int WalksForTable => _few / 16;

    /// <summary>How many nodes searches have walked over since there was a table.</summary>
    private long _walked;

    /// <summary>
    /// The node with this id. Until stemming repairs the tree, several trees of the forest can hold the same revision: then it is
    /// the first in the order of roots and siblings.
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

    /// <summary>The leaf with this id; of several that which was added last.</summary>
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

    /// <summary>The child of a node with this id, unless ancestors lie between them.</summary>
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

    /// <summary>A node with this id, for a look at all of them with <see cref="NextOf"/>.</summary>
    private int FirstOf(RevisionId revision)
    {
        if (_buckets.Length == 0 && _count > _few && _walked >= (long)WalksForTable * _count)
        {
            NeedTable();
        }

        return _buckets.Length == 0 ? Walk(revision, 0) : Chain(revision, _buckets[Bucket(revision)] - 1);
    }

    /// <summary>Another node with the same id; nothing must have been added since the last one.</summary>
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
