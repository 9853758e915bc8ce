namespace CloudWall.Documents.Databases;

/// <summary>How a write relates to the revisions that are there.</summary>
public enum WriteMode
{
    /// <summary>An edit: it must extend a leaf, and gets a new revision.</summary>
    Interactive,

    /// <summary>A replicated revision (<c>new_edits=false</c>): merged into the tree with its own history, never a conflict.</summary>
    Replicated,
}
