namespace CloudWall.Storage.RocksDb;

/// <summary>Limits on a store's memory and open files. The defaults suit a Raspberry Pi.</summary>
public sealed record RocksDbOptions
{
    /// <summary>Block cache in bytes for blocks, indexes, filters and write buffers of all keyspaces. 32 MiB.</summary>
    public long CacheBytes { get; init; } = 32L << 20;

    /// <summary>Write buffers in bytes for all keyspaces; beyond it, data is flushed to table files. 16 MiB.</summary>
    public long WriteBufferBytes { get; init; } = 16L << 20;

    /// <summary>
    /// Log size in bytes from which the oldest unflushed data is flushed; it also bounds the recovery after a crash. 64 MiB.
    /// </summary>
    public long LogBytes { get; init; } = 64L << 20;

    /// <summary>The minimum of <see cref="MaxOpenFiles"/>: the engine reserves ten for files other than tables.</summary>
    public const int FewestOpenFiles = StorageOptions.FewestOpenFiles;

    /// <summary>
    /// Maximum number of open table and blob files, at least <see cref="FewestOpenFiles"/>. 512. A small limit also reduces the number of
    /// files per level, because a scan opens all files of the first level regardless of the limit.
    /// </summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>
    /// A file beside the store that records which commits were synced, to detect lost ones (<see cref="RocksDbStore.Loss"/>). It is created
    /// if missing. Null disables the detection.
    /// </summary>
    public string? MarkFile { get; init; }
}
