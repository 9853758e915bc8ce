namespace CloudWall.Storage;

/// <summary>Kinds of storage failures.</summary>
public enum StorageFault
{
    /// <summary>Anything else.</summary>
    Other,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>
    /// The system refuses: too many files are open, no permission, a disk that fails or may not be written, no memory, or somebody else has
    /// the files. It says nothing of what is stored.
    /// </summary>
    System,

    /// <summary>Stored data is corrupt or missing.</summary>
    Damaged,
}
