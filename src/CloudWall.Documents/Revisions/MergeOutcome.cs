namespace CloudWall.Documents.Revisions;

/// <summary>The effect of a merge on the leaves of a tree.</summary>
public enum MergeOutcome
{
    /// <summary>The path extends a leaf, or is the first of the tree.</summary>
    NewLeaf,

    /// <summary>The path starts a new branch: a conflict.</summary>
    NewBranch,

    /// <summary>
    /// The newest revision of the path was known already. The path may still have added unknown ancestors or marked an ancestor as stored;
    /// see <see cref="RevisionTree.IsChanged"/>.
    /// </summary>
    InternalNode,
}
