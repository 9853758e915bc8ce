namespace CloudWall.Documents.Revisions;

/// <summary>What a merge did to the leaves of a tree.</summary>
public enum MergeOutcome
{
    /// <summary>The path extends a leaf, or is the first of the tree.</summary>
    NewLeaf,

    /// <summary>The path begins a branch of its own: a conflict.</summary>
    NewBranch,

    /// <summary>
    /// The path's newest revision was known. Its older part may still have brought ancestors that were not, or the body of an
    /// ancestor: <see cref="RevisionTree.IsChanged"/> tells.
    /// </summary>
    InternalNode,
}
