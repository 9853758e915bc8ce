namespace CloudWall.Documents.Revisions;

/// <content>What an update would make of the tree.</content>
public sealed partial class RevisionTree
{
    /// <summary>Whether <see cref="FindNewLeaves"/> gives the right answer without the tail.</summary>
    public bool CanFindNewLeavesWithoutTail(IReadOnlyList<RevisionId[]> paths) =>
        TailCount == 0 || (paths.Count == 1 && CanMergeWithoutTail(paths[0]));

    /// <summary>
    /// Predicts which of some replicated revisions would become new leaves if all were merged without stemming. If CouchDB inspects a
    /// document before an update, to run validation functions or to compare attachments, it updates only these revisions: existing leaves
    /// and ancestors of leaves count as known.
    /// </summary>
    /// <param name="paths">The revisions with their histories, newest first.</param>
    /// <param name="merged">The tree after the merges.</param>
    /// <returns>For each revision, whether it would be a new leaf.</returns>
    /// <exception cref="InvalidOperationException">The tail must be loaded first: <see cref="CanFindNewLeavesWithoutTail"/>.</exception>
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

    /// <summary>Compares by the oldest generation, then revision by revision from the oldest; the shorter path sorts first.</summary>
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
