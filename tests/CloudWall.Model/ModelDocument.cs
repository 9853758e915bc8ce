namespace CloudWall.Model;

/// <summary>One document by CouchDB's rules, in the simplest form: every revision with its parent.</summary>
public sealed class ModelDocument
{
    private readonly Dictionary<Rev, Rev?> _parents = [];
    private readonly HashSet<Rev> _deletions = [];
    private readonly HashSet<Rev> _stored = [];

    /// <summary>Bodies that were stored and not compacted away.</summary>
    public Dictionary<Rev, ModelBody> Bodies { get; } = [];

    public bool IsEmpty => _parents.Count == 0;

    public bool Knows(Rev revision) => _parents.ContainsKey(revision);

    public IReadOnlyList<Rev> Revisions => [.. _parents.Keys.Order()];

    public bool IsDeletion(Rev revision) => _deletions.Contains(revision);

    /// <summary>Winner first: live before deleted, then the higher generation, then the higher hash.</summary>
    public IReadOnlyList<Rev> Leaves
    {
        get
        {
            var inner = new HashSet<Rev>(_parents.Values.OfType<Rev>());
            return [.. _parents.Keys
                .Where(revision => !inner.Contains(revision))
                .OrderBy(revision => IsDeletion(revision))
                .ThenByDescending(revision => revision)];
        }
    }

    public Rev Winner => Leaves[0];

    public bool IsDeleted => IsDeletion(Winner);

    /// <summary>A revision and its known ancestors, newest first.</summary>
    public IReadOnlyList<Rev> PathOf(Rev revision)
    {
        var path = new List<Rev>();
        for (Rev? at = revision; at is { } known; at = _parents[known])
        {
            path.Add(known);
        }

        return path;
    }

    public ModelDocument Copy()
    {
        var copy = new ModelDocument();
        foreach (var (revision, parent) in _parents)
        {
            copy._parents.Add(revision, parent);
        }

        foreach (var (revision, body) in Bodies)
        {
            copy.Bodies.Add(revision, body);
        }

        copy._deletions.UnionWith(_deletions);
        copy._stored.UnionWith(_stored);
        return copy;
    }

    public bool HasSameRevisions(ModelDocument other) =>
        _parents.Count == other._parents.Count
        && _parents.All(entry => other._parents.TryGetValue(entry.Key, out var parent) && parent == entry.Value)
        && _stored.SetEquals(other._stored);

    /// <summary>Whether the newest revision of a path is known apart from its ancestors, to which the path joins it.</summary>
    public bool Joins(IReadOnlyList<Rev> path) =>
        Knows(path[0]) && path.Any(revision => Knows(revision) && PathOf(revision)[^1] != PathOf(path[0])[^1]);

    public void Add(IReadOnlyList<Rev> path, bool deleted, ModelBody body)
    {
        var joins = Joins(path);
        for (var i = 0; i < path.Count; i++)
        {
            var parent = i + 1 < path.Count ? path[i + 1] : (Rev?)null;
            if (!_parents.TryGetValue(path[i], out var known) || known is null)
            {
                _parents[path[i]] = parent;
            }
        }

        if (_stored.Add(path[0]) || joins)
        {
            Bodies[path[0]] = body;
            _ = deleted ? _deletions.Add(path[0]) : _deletions.Remove(path[0]);
        }
    }

    /// <summary>Keeps what is fewer than <paramref name="limit"/> generations above some leaf.</summary>
    public void Stem(int limit) => KeepOnly(Leaves.SelectMany(leaf => PathOf(leaf).Take(limit)));

    public void Purge(IEnumerable<Rev> revisions)
    {
        var gone = revisions.ToHashSet();
        KeepOnly(Leaves.Where(leaf => !gone.Contains(leaf)).SelectMany(PathOf).ToList());
        foreach (var revision in Bodies.Keys.Where(revision => !Knows(revision)).ToList())
        {
            Bodies.Remove(revision);
        }
    }

    public void Compact()
    {
        var leaves = Leaves.ToHashSet();
        foreach (var revision in Bodies.Keys.Where(revision => !leaves.Contains(revision)).ToList())
        {
            Bodies.Remove(revision);
        }
    }

    private void KeepOnly(IEnumerable<Rev> revisions)
    {
        var kept = revisions.ToHashSet();
        foreach (var revision in _parents.Keys.Where(revision => !kept.Contains(revision)).ToList())
        {
            _parents.Remove(revision);
            _deletions.Remove(revision);
            _stored.Remove(revision);
        }

        foreach (var (revision, parent) in _parents.ToList())
        {
            if (parent is { } known && !kept.Contains(known))
            {
                _parents[revision] = null;
            }
        }
    }
}
