using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

/// <summary>
/// All the edits that peers somewhere made to a document: what a tree can hear of. As with real edits, a revision's hash
/// covers its ancestors.
/// </summary>
internal sealed class History
{
    private readonly List<(RevisionId Id, int Parent)> _revisions = [];
    private readonly Dictionary<RevisionId, int> _places = [];

    public int Count => _revisions.Count;

    public RevisionId this[int index] => _revisions[index].Id;

    /// <summary>Makes an edit of a revision, or a first revision for -1.</summary>
    public int Edit(int parent, bool hasForeignHash = false)
    {
        var generation = parent < 0 ? 1 : _revisions[parent].Id.Generation + 1;
        var number = unchecked((ulong)_revisions.Count * 0x9E3779B97F4A7C15UL);
        _revisions.Add((
            hasForeignHash
                ? TreeText.Revision(generation, $"edit{number % 7}-{_revisions.Count}")
                : new RevisionId(generation, new UInt128(number, (ulong)_revisions.Count)),
            parent));
        _places[_revisions[^1].Id] = _revisions.Count - 1;
        return _revisions.Count - 1;
    }

    /// <summary>Makes edits one after the other.</summary>
    public int Edit(int parent, int times)
    {
        for (; times > 0; times--)
        {
            parent = Edit(parent);
        }

        return parent;
    }

    /// <summary>A revision and up to <paramref name="length"/> - 1 of its ancestors, newest first.</summary>
    public RevisionId[] Path(int revision, int length = int.MaxValue)
    {
        var path = new List<RevisionId>();
        for (; revision >= 0 && path.Count < length; revision = _revisions[revision].Parent)
        {
            path.Add(_revisions[revision].Id);
        }

        return [.. path];
    }

    /// <summary>The last edit made of a revision.</summary>
    public RevisionId LastEditOf(RevisionId revision)
    {
        var parent = Find(revision);
        return _revisions.FindLast(edit => edit.Parent == parent).Id;
    }

    public int Find(RevisionId revision) => _places[revision];
}
