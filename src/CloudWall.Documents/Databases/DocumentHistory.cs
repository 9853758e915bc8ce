using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The revisions of a document with all of their ancestors. A record leaves older ancestors out; they are loaded here as soon as an
/// answer depends on them, so that nobody who asks needs to know which are there.
/// </summary>
internal abstract class DocumentHistory
{
    /// <summary>The revisions that are loaded: all leaves, and ancestors as far as somebody needed them.</summary>
    public abstract RevisionTree Tree { get; }

    /// <summary>The tree with all ancestors.</summary>
    public RevisionTree Whole()
    {
        Load();
        return Tree;
    }

    /// <summary>Finds a revision, leaf or ancestor.</summary>
    public bool TryFind(RevisionId revision, out RevisionNode node)
    {
        if (Tree.TryFind(revision, out node))
        {
            return true;
        }

        if (!Tree.MayBeInTail(revision))
        {
            return false;
        }

        Load();
        return Tree.TryFind(revision, out node);
    }

    /// <summary>A revision and at most so many of its ancestors in all, newest first; empty where the document does not have it.</summary>
    public IReadOnlyList<RevisionNode> PathOf(RevisionId revision, long limit)
    {
        var path = Tree.PathOf(revision, limit);
        if (path.Count == limit || Tree.TailCount == 0)
        {
            return path;
        }

        Load();
        return Tree.PathOf(revision, limit);
    }

    /// <summary>The tree with all ancestors that any of some revisions may be.</summary>
    public RevisionTree With(ReadOnlySpan<RevisionId> revisions)
    {
        if (Tree.AnyMayBeInTail(revisions))
        {
            Load();
        }

        return Tree;
    }

    /// <summary>The tree with all that a merge of a revision needs.</summary>
    /// <param name="path">The revision with its ancestors, newest first.</param>
    public RevisionTree ToMerge(RevisionId[] path)
    {
        if (!Tree.CanMergeWithoutTail(path))
        {
            Load();
        }

        return Tree;
    }

    /// <summary>Forgets ancestors beyond a limit.</summary>
    public void Stem(long limit)
    {
        if (!Tree.CanStemWithoutTail(limit))
        {
            Load();
        }

        Tree.Stem(limit, null);
    }

    /// <inheritdoc cref="RevisionTree.FindNewLeaves"/>
    public bool[] FindNewLeaves(IReadOnlyList<RevisionId[]> paths, out RevisionTree merged)
    {
        if (!Tree.CanForeseeWithoutTail(paths))
        {
            Load();
        }

        return Tree.FindNewLeaves(paths, out merged);
    }

    /// <summary>Loads all ancestors, if any are missing.</summary>
    protected abstract void Load();
}
