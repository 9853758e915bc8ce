namespace CloudWall.Storage;

/// <summary>The disk or the engine over it failed: an I/O error, a checksum that does not hold, a data directory that is in use.</summary>
public sealed class StorageException : IOException
{
    /// <summary>An unexplained failure.</summary>
    public StorageException()
    {
    }

    /// <summary>A failure with the engine's own words.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Whether it is a failure of a store of derived data, which can be made anew.</summary>
    public bool IsOfDerived { get; init; }

    /// <summary>Whether derived data is garbled or missing.</summary>
    public bool IsOfDamagedDerived => IsOfDerived && Fault == StorageFault.Damaged;

    /// <summary>What kind of failure it is, by the engine's words.</summary>
    public StorageFault Fault => Message switch
    {
        _ when Says("No space left on device") || Says("Disk quota exceeded") => StorageFault.DiskFull,
        _ when Says("Corruption") || Says("No such file or directory") || Says("is damaged") => StorageFault.Damaged,
        _ => StorageFault.Other,
    };

    /// <summary>A failure with the engine's own words and what caused it.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    private bool Says(string words) => Message.Contains(words, StringComparison.Ordinal);
}
