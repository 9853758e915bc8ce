namespace CloudWall.Storage;

/// <summary>The disk or the engine failed: an I/O error, a checksum mismatch, a data directory in use.</summary>
public sealed class StorageException : IOException
{
    /// <summary>What the system says when it refuses (<see cref="StorageFault.System"/>), in the C library's words or in .NET's.</summary>
    private static readonly string[] Refusals =
    [
        "Too many open files", "Permission denied", "Operation not permitted", "Input/output error", "Read-only file system",
        "Cannot allocate memory", "Resource temporarily unavailable", "lock hold by current process", "is denied", "is in use by another process",
    ];

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
        _ when Array.Exists(Refusals, Says) => StorageFault.System,
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
