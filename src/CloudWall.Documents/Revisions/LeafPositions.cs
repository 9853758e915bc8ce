namespace CloudWall.Documents.Revisions;

/// <summary>
/// Finds revisions in a list of leaves. In a forged history one revision can have several parents, so the same leaf can occur several
/// times; the first position counts.
/// </summary>
/// <param name="leaves">The leaves.</param>
internal sealed class LeafPositions(IReadOnlyList<RevisionLeaf> leaves)
{
    private const int Few = 16;

    private Dictionary<RevisionId, int>? _places;

    /// <summary>Finds a revision's position.</summary>
    /// <returns>Its first position, or -1.</returns>
    public int IndexOf(RevisionId revision)
    {
        if (leaves.Count > Few)
        {
            return (_places ??= Collect()).GetValueOrDefault(revision, -1);
        }

        for (var i = 0; i < leaves.Count; i++)
        {
            if (leaves[i].Revision == revision)
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<RevisionId, int> Collect()
    {
        var places = new Dictionary<RevisionId, int>(leaves.Count);
        for (var i = 0; i < leaves.Count; i++)
        {
            places.TryAdd(leaves[i].Revision, i);
        }

        return places;
    }
}
