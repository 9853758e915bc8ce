namespace CloudWall.Storage;

/// <summary>
/// The parts of a store. Each is an ordered map of its own, tuned for its data; one <see cref="WriteBatch"/> may write to several
/// atomically. The numbers are stored on disk: never reuse one.
/// </summary>
public enum Keyspace
{
    /// <summary>Small records about the node and its databases.</summary>
    Meta = 0,

    /// <summary>Document records (the winner and the revision tree) by document id, and pages of older ancestors.</summary>
    Documents = 1,

    /// <summary>Bodies by document id and revision: values of a few hundred bytes to a few megabytes.</summary>
    Bodies = 2,

    /// <summary>
    /// One row per document by update sequence. Engines delete rows with single deletes, so a key must be put exactly once before it is
    /// deleted, and must exist when it is deleted. Otherwise an older row may reappear.
    /// </summary>
    Sequences = 3,

    /// <summary>Attachment content in chunks: large values, which compaction should not rewrite.</summary>
    Attachments = 4,

    /// <summary>Local documents, which never replicate.</summary>
    Local = 5,

    /// <summary>Row counts of blocks of documents and sequences: small, frequently written numbers.</summary>
    Counts = 6,
}
