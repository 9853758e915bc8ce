namespace CloudWall.Documents.Revisions;

/// <summary>What is known of a revision besides its id.</summary>
[Flags]
public enum RevisionFlags : byte
{
    /// <summary>Known by its id alone, from the history of a later revision.</summary>
    None = 0,

    /// <summary>The revision deletes the document.</summary>
    Deleted = 1,

    /// <summary>The revision itself was written here, so that its body was stored (and may have been compacted away since).</summary>
    Stored = 2,
}
