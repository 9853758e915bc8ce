namespace CloudWall.Storage;

/// <summary>The disk or the engine failed: an I/O error, a checksum mismatch, a data directory in use.</summary>
public sealed class StorageException : IOException
{
    /// <summary>Creates an exception without an explanation.</summary>
    public StorageException()
    {
    }

    /// <summary>Creates an exception with the engine's message.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Whether a store of derived data failed, which can be rebuilt.</summary>
    public bool IsOfDerived { get; init; }

    /// <summary>Whether derived data is corrupt or missing.</summary>
    public bool IsOfDamagedDerived => IsOfDerived && Fault == StorageFault.Damaged;

    /// <summary>The kind of failure, derived from the engine's message.</summary>
    public StorageFault Fault => Message switch
    {
        _ when Says("No space left on device") || Says("Disk quota exceeded") => StorageFault.DiskFull,
        _ when Says("Corruption") || Says("No such file or directory") || Says("is damaged") => StorageFault.Damaged,
        _ => StorageFault.Other,
    };

    /// <summary>Creates an exception with the engine's message and its cause.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    private bool Says(string words) => Message.Contains(words, StringComparison.Ordinal);
}
