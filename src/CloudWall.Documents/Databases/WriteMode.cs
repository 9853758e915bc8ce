namespace CloudWall.Documents.Databases;

/// <summary>How a write relates to the existing revisions.</summary>
public enum WriteMode
{
    /// <summary>An edit: it must extend a leaf, and gets a new revision.</summary>
    Interactive,

    /// <summary>
    /// A replicated revision (<c>new_edits=false</c>): merged into the tree with its own history, without a conflict check.
    /// </summary>
    Replicated,
}
