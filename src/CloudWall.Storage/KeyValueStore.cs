namespace CloudWall.Storage;

/// <summary>
/// An ordered key-value store with atomic batches: the only thing the rooms above know of the disk.
/// Keys are compared byte by byte. Safe for use from many threads; writers of different batches may be merged into one sync.
/// </summary>
public abstract class KeyValueStore : KeyValueReader
{
    /// <summary>A view of the store as it is now, unaffected by later writes. Dispose of it soon: it holds space back.</summary>
    public abstract KeyValueReader Snapshot();

    /// <summary>An empty batch for this store.</summary>
    public abstract WriteBatch CreateBatch();

    /// <summary>
    /// Writes all of a batch or nothing of it. The batch may be cleared and used again afterwards.
    /// Blocks the calling thread until the write is in the log, and with <paramref name="sync"/> until the log is on the disk
    /// (which also makes every earlier write safe).
    /// </summary>
    /// <exception cref="StorageException">The disk failed; the state of the batch is unknown until the store is opened again.</exception>
    public abstract void Commit(WriteBatch batch, bool sync);

    /// <summary>Makes every write so far safe.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void Sync();

    /// <summary>
    /// Returns the space of deleted and overwritten entries in a range to the disk, as far as the engine can; blocks until done.
    /// What is live is rewritten only where removed entries lie among it.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range.</param>
    /// <param name="moveValues">
    /// Whether large values that are live are moved, so that removed ones that lie among them in a file go
    /// (<see cref="KeyspaceStatistics.Held"/>).
    /// </param>
    /// <exception cref="OperationCanceledException">It was broken off by <see cref="CompactionSuspended"/>.</exception>
    public abstract void Compact(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool moveValues = false);

    /// <summary>
    /// Quickly returns the space of a range in which everything has been deleted and which nobody reads any more, as far as files hold
    /// nothing else. <see cref="Compact"/> does the rest.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range; there is no entry of that key.</param>
    public abstract void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>Moves what is in memory to files of its own, so that the log can go; blocks until done.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void Flush();

    /// <summary>
    /// Whether every <see cref="Compact"/> ends soon, those that are running too. Space that was not returned by then is returned
    /// another time.
    /// </summary>
    public abstract bool CompactionSuspended { get; set; }

    /// <summary>About how many bytes a range takes on disk (and, for what is not yet on disk, in memory).</summary>
    public abstract long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>What the engine knows of a keyspace's files.</summary>
    public abstract KeyspaceStatistics ReadStatistics(Keyspace space);
}
