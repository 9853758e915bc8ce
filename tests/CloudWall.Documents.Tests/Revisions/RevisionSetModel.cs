using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

/// <summary>
/// What a revision tree is, put simply: a set of revisions of which some know their parent. True as long as hashes cover
/// ancestors and trees are joined after every merge.
/// </summary>
internal sealed class RevisionSetModel
{
    private readonly Dictionary<RevisionId, (RevisionId? Parent, RevisionFlags Flags, long Sequence)> _revisions = [];

    public IEnumerable<RevisionId> Revisions => _revisions.Keys;

    public RevisionLeaf[] Leaves =>
    [
        .. LeafIds()
            .Select(id => new RevisionLeaf(id, _revisions[id].Flags, _revisions[id].Sequence))
            .OrderBy(leaf => leaf.IsDeleted)
            .ThenByDescending(leaf => leaf.Revision),
    ];

    /// <summary>Whether a path has revisions of several trees: the outcome then depends on which comes first.</summary>
    public bool Joins(RevisionId[] path) =>
        path.Where(_revisions.ContainsKey).Select(revision => Path(revision).Last()).Distinct().Count() > 1;

    public MergeOutcome Merge(RevisionId[] path, RevisionFlags flags, long sequence)
    {
        var parents = ParentIds();
        var outcome = _revisions.ContainsKey(path[0]) ? MergeOutcome.InternalNode
            : _revisions.Count == 0 ? MergeOutcome.NewLeaf
            : path.FirstOrDefault(_revisions.ContainsKey) is { IsNone: false } newest && !parents.Contains(newest) ? MergeOutcome.NewLeaf
            : MergeOutcome.NewBranch;
        for (var i = 0; i < path.Length; i++)
        {
            var known = _revisions.GetValueOrDefault(path[i]);
            RevisionId? parent = i + 1 < path.Length ? path[i + 1] : known.Parent;
            _revisions[path[i]] = i == 0 && (known.Flags & RevisionFlags.Stored) == 0
                ? (parent, flags, sequence)
                : (parent, known.Flags, known.Sequence);
        }

        return outcome;
    }

    public void Stem(int limit)
    {
        var kept = new HashSet<RevisionId>();
        foreach (var leaf in LeafIds())
        {
            kept.UnionWith(Path(leaf).Take(limit));
        }

        Keep(kept);
    }

    public void Remove(IEnumerable<RevisionId> leaves)
    {
        var kept = new HashSet<RevisionId>();
        foreach (var leaf in LeafIds().Except(leaves))
        {
            kept.UnionWith(Path(leaf));
        }

        Keep(kept);
    }

    public IEnumerable<RevisionId> Path(RevisionId revision)
    {
        for (RevisionId? at = revision; at is { } id; at = _revisions[id].Parent)
        {
            yield return id;
        }
    }

    public RevisionFlags Flags(RevisionId revision) => _revisions[revision].Flags;

    public RevisionId[] LeafIds()
    {
        var parents = ParentIds();
        return [.. _revisions.Keys.Where(id => !parents.Contains(id))];
    }

    private HashSet<RevisionId> ParentIds() => [.. _revisions.Values.Select(value => value.Parent).OfType<RevisionId>()];

    private void Keep(HashSet<RevisionId> kept)
    {
        foreach (var (id, value) in _revisions.ToArray())
        {
            if (!kept.Contains(id))
            {
                _revisions.Remove(id);
            }
            else if (value.Parent is { } parent && !kept.Contains(parent))
            {
                _revisions[id] = (null, value.Flags, value.Sequence);
            }
        }
    }
}
