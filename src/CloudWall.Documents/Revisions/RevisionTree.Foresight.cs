namespace CloudWall.Documents.Revisions;

/// <content>What an update would make of the tree.</content>
public sealed partial class RevisionTree
{
    /// <summary>Whether <see cref="FindNewLeaves"/> can do without the pages.</summary>
    public bool CanForeseeWithoutTail(IReadOnlyList<RevisionId[]> paths) =>
        TailCount == 0 || (paths.Count == 1 && CanMergeWithoutTail(paths[0]));

    /// <summary>
    /// Which of some replicated revisions would be leaves that are not there yet, were all of them merged and nothing stemmed. Where
    /// CouchDB looks at a document before an update, because it has functions to ask or attachments to compare, it takes these alone: what
    /// is a leaf already or has descendants passes for known.
    /// </summary>
    /// <param name="paths">The revisions with their histories, newest first.</param>
    /// <param name="merged">The tree as it would be then.</param>
    /// <returns>An answer for each.</returns>
    /// <exception cref="InvalidOperationException">The tail is needed: <see cref="CanForeseeWithoutTail"/>.</exception>
    public bool[] FindNewLeaves(IReadOnlyList<RevisionId[]> paths, out RevisionTree merged)
    {
        var order = new int[paths.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (order.Length > 1)
        {
            Array.Sort(order, (a, b) => ComparePaths(paths[a], paths[b]));
        }

        merged = Copy();
        foreach (var i in order)
        {
            merged.Merge(paths[i], RevisionFlags.Stored, 0);
        }

        var isNew = new bool[paths.Count];
        for (var i = 0; i < isNew.Length; i++)
        {
            isNew[i] = IndexOfLeaf(paths[i][0]) == None && merged.IndexOfLeaf(paths[i][0]) != None;
        }

        Steps += merged.Steps;
        return isNew;
    }

    /// <summary>By the oldest generation, then from the oldest revision on; the shorter first.</summary>
    private int ComparePaths(RevisionId[] a, RevisionId[] b)
    {
        for (int i = a.Length - 1, j = b.Length - 1; i >= 0 && j >= 0; i--, j--)
        {
            Steps++;
            if (a[i].CompareTo(b[j]) is not 0 and var result)
            {
                return result;
            }
        }

        return a.Length.CompareTo(b.Length);
    }

    private RevisionTree Copy()
    {
        Steps += _count;
        return new RevisionTree(_few)
        {
            _nodes = _nodes.AsSpan(0, _count).ToArray(),
            _count = _count,
            _firstRoot = FirstRoot(),
            _leafCount = _leafCount,
            _liveLeafCount = _liveLeafCount,
            TailCount = TailCount,
        };
    }
}
