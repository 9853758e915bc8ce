namespace CloudWall.Documents.Revisions;

/// <summary>A revision that nothing follows: the end of a branch.</summary>
/// <param name="Revision">The revision's id.</param>
/// <param name="Flags">What is known of it.</param>
/// <param name="Sequence">The update sequence with which it was written.</param>
public readonly record struct RevisionLeaf(RevisionId Revision, RevisionFlags Flags, long Sequence)
{
    /// <summary>Whether the revision deletes the document.</summary>
    public bool IsDeleted => (Flags & RevisionFlags.Deleted) != 0;
}
