using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>Which of the revisions that were asked for have come, whatever the order and however often.</summary>
internal sealed class WantedRevisions
{
    private readonly Dictionary<string, (HashSet<RevisionId> Wanted, List<RevisionId> Ancestors)> _documents = new(StringComparer.Ordinal);
    private readonly HashSet<(string Id, RevisionId Revision)> _came = [];

    /// <summary>All of some revisions are wanted.</summary>
    public WantedRevisions(IReadOnlyList<MissingRevisions> missing)
    {
        IsExact = missing.Any(static document => document.IsExact);
        foreach (var (id, revisions, ancestors) in missing)
        {
            if (!_documents.TryGetValue(id, out var document))
            {
                _documents[id] = document = ([], []);
            }

            document.Wanted.UnionWith(revisions);
            document.Ancestors.AddRange(ancestors);
        }
    }

    /// <summary>Whether they alone are wanted, and not in their place what descends from them.</summary>
    public bool IsExact { get; }

    /// <summary>How many revisions are still wanted.</summary>
    public int Count => _documents.Values.Sum(document => document.Wanted.Count);

    /// <summary>What is still wanted.</summary>
    public IEnumerable<(string Id, IEnumerable<RevisionId> Revisions)> Documents => _documents
        .Where(document => document.Value.Wanted.Count > 0)
        .Select(document => (document.Key, document.Value.Wanted.AsEnumerable()));

    /// <summary>Revisions of a document that the target has; null where the document was not asked for.</summary>
    public IReadOnlyList<RevisionId>? AncestorsOf(string id) =>
        _documents.TryGetValue(id, out var document) ? document.Ancestors : null;

    /// <summary>Those of some revisions of a document that are still wanted.</summary>
    public RevisionId[] Of(string id, RevisionId[] revisions) => [.. revisions.Where(_documents[id].Wanted.Contains)];

    /// <summary>Takes note of a revision, which answers for those of its ancestors that were asked for.</summary>
    /// <returns>Whether it comes for the first time.</returns>
    public bool Take(FetchedRevision fetched)
    {
        _documents[fetched.Id].Wanted.ExceptWith(fetched.Path);
        return _came.Add((fetched.Id, fetched.Path[0]));
    }
}
