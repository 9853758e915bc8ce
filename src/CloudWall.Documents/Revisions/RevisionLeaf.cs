namespace CloudWall.Documents.Revisions;

/// <summary>A leaf: a revision without children.</summary>
/// <param name="Revision">The revision's id.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Sequence">The update sequence of the write that stored it.</param>
public readonly record struct RevisionLeaf(RevisionId Revision, RevisionFlags Flags, long Sequence)
{
    /// <summary>Whether the revision deletes the document.</summary>
    public bool IsDeleted => (Flags & RevisionFlags.Deleted) != 0;
}
