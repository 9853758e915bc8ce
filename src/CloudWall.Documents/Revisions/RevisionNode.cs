namespace CloudWall.Documents.Revisions;

/// <summary>A revision in a tree, leaf or ancestor.</summary>
/// <param name="Revision">The revision's id.</param>
/// <param name="Flags">Its flags.</param>
public readonly record struct RevisionNode(RevisionId Revision, RevisionFlags Flags)
{
    /// <summary>Whether the revision deletes the document.</summary>
    public bool IsDeleted => (Flags & RevisionFlags.Deleted) != 0;

    /// <summary>Whether the revision's body was stored here.</summary>
    public bool IsStored => (Flags & RevisionFlags.Stored) != 0;
}
