namespace CloudWall.Storage;

/// <summary>Kinds of storage failures.</summary>
public enum StorageFault
{
    /// <summary>The disk failed, denied access, or is in use.</summary>
    Other,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>Stored data is corrupt or missing.</summary>
    Damaged,
}
