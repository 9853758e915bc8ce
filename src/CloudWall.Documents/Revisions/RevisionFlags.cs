namespace CloudWall.Documents.Revisions;

/// <summary>Properties of a revision besides its id.</summary>
[Flags]
public enum RevisionFlags : byte
{
    /// <summary>Only the id is known, from the history of a later revision.</summary>
    None = 0,

    /// <summary>The revision deletes the document.</summary>
    Deleted = 1,

    /// <summary>The revision itself was written here, so its body was stored. Compaction may have removed the body since.</summary>
    Stored = 2,
}
