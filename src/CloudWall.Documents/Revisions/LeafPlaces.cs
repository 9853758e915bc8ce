namespace CloudWall.Documents.Revisions;

/// <summary>
/// Where revisions stand among leaves. Made-up histories can have one revision below several parents, and so a leaf several times: the
/// first place counts.
/// </summary>
/// <param name="leaves">The leaves.</param>
internal sealed class LeafPlaces(IReadOnlyList<RevisionLeaf> leaves)
{
    private const int Few = 16;

    private Dictionary<RevisionId, int>? _places;

    /// <summary>Finds a revision.</summary>
    /// <returns>Its first place, or -1.</returns>
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
