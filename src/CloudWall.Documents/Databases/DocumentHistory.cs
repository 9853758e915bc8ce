using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>
/// The complete revision history of a document. A record leaves out older ancestors; this class loads them when an answer depends on them,
/// so callers need not know which are loaded.
/// </summary>
internal abstract class DocumentHistory
{
    /// <summary>The loaded part of the tree: all leaves, and ancestors as far as an operation needed them.</summary>
    public abstract RevisionTree Tree { get; }

    /// <summary>Returns the tree with all ancestors.</summary>
    public RevisionTree Whole()
    {
        Load();
        return Tree;
    }

    /// <summary>Finds a revision among leaves and ancestors.</summary>
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

    /// <summary>
    /// Returns a path of at most <paramref name="limit"/> revisions: a revision and its ancestors, newest first. Empty if the document does
    /// not have the revision.
    /// </summary>
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

    /// <summary>Returns the tree, with all ancestors loaded if any of the revisions may be among those in pages.</summary>
    public RevisionTree With(ReadOnlySpan<RevisionId> revisions)
    {
        if (Tree.AnyMayBeInTail(revisions))
        {
            Load();
        }

        return Tree;
    }

    /// <summary>Returns the tree, with all ancestors loaded if merging the path needs them.</summary>
    /// <param name="path">A revision with its ancestors, newest first.</param>
    public RevisionTree ToMerge(RevisionId[] path)
    {
        if (!Tree.CanMergeWithoutTail(path))
        {
            Load();
        }

        return Tree;
    }

    /// <summary>Stems the tree to a limit.</summary>
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
        if (!Tree.CanFindNewLeavesWithoutTail(paths))
        {
            Load();
        }

        return Tree.FindNewLeaves(paths, out merged);
    }

    /// <summary>Loads all missing ancestors.</summary>
    protected abstract void Load();
}
