namespace CloudWall.Storage.RocksDb;

/// <summary>How much memory and how many files a store may take. The defaults suit a Raspberry Pi.</summary>
public sealed record RocksDbOptions
{
    /// <summary>Bytes for cached blocks, indexes and filters of all keyspaces, the write buffers included. 32 MiB.</summary>
    public long CacheBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of fresh writes held in memory for all keyspaces before they are written to table files. 16 MiB.</summary>
    public long WriteBufferBytes { get; init; } = 16L << 20;

    /// <summary>
    /// Bytes of log after which the oldest unwritten data is moved to table files; also bounds what is read again after a crash. 64 MiB.
    /// </summary>
    public long LogBytes { get; init; } = 64L << 20;

    /// <summary>The least that the engine takes for <see cref="MaxOpenFiles"/>: it counts ten for what is not tables.</summary>
    public const int FewestOpenFiles = StorageOptions.FewestOpenFiles;

    /// <summary>
    /// Table and blob files held open, at least <see cref="FewestOpenFiles"/>. 512. Where there are few, levels are kept in fewer files,
    /// because a scan holds all files of the first level whatever this says.
    /// </summary>
    public int MaxOpenFiles { get; init; } = 512;

    /// <summary>
    /// A file beside the store that says which commits have been synced, so that missing ones are noticed
    /// (<see cref="RocksDbStore.Loss"/>); it is made where there is none. Null for none.
    /// </summary>
    public string? MarkFile { get; init; }
}
