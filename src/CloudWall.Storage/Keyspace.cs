namespace CloudWall.Storage;

/// <summary>
/// The parts into which a store is divided. Each is an ordered map of its own, tuned for what lives in it; one
/// <see cref="WriteBatch"/> may write to several atomically. The numbers are on disk: never reuse one.
/// </summary>
public enum Keyspace
{
    /// <summary>Small records about the node and its databases.</summary>
    Meta = 0,

    /// <summary>Document records: the winner and the revision tree, by document id; and pages of older ancestors.</summary>
    Documents = 1,

    /// <summary>Bodies by document id and revision: values of a few hundred bytes to a few megabytes.</summary>
    Bodies = 2,

    /// <summary>
    /// One row per document by update sequence. A row is put once and deleted once, and engines rely on it: a key is never put again
    /// before it was deleted, and never deleted without a row. Otherwise an older row may come back.
    /// </summary>
    Sequences = 3,

    /// <summary>Attachment content in chunks, large values that compaction should not rewrite.</summary>
    Attachments = 4,

    /// <summary>Local documents, which never replicate.</summary>
    Local = 5,

    /// <summary>How many rows lie in blocks of others: small numbers that are written often.</summary>
    Counts = 6,
}
