namespace CloudWall.Storage;

/// <summary>Kinds of failures of the disk.</summary>
public enum StorageFault
{
    /// <summary>It fails, may not be written, or is in use.</summary>
    Other,

    /// <summary>There is no room left.</summary>
    DiskFull,

    /// <summary>What was stored is garbled or missing.</summary>
    Damaged,
}
