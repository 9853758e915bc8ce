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
    /// Returns the space of removed and replaced entries in a range of some keyspaces, as far as it is worth what it costs the engine;
    /// blocks until done.
    /// </summary>
    /// <param name="spaces">The keyspaces.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range.</param>
    /// <param name="removed">How many bytes of large values were removed from the range whose space has not been returned yet.</param>
    /// <param name="live">How many bytes of large values the range still has.</param>
    /// <param name="cancellation">Gives up between the keyspaces.</param>
    /// <returns>How many of the removed bytes are still held, because too much that is live lies among them.</returns>
    /// <exception cref="OperationCanceledException">It was broken off, also by <see cref="ReclaimSuspended"/>.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract long Reclaim(
        ReadOnlySpan<Keyspace> spaces,
        ReadOnlySpan<byte> lower,
        ReadOnlySpan<byte> upper,
        long removed = 0,
        long live = 0,
        CancellationToken cancellation = default);

    /// <summary>
    /// Returns the space of large values that were removed anywhere in a keyspace, where enough of them lie among live ones to be worth
    /// moving those; blocks until done.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was broken off by <see cref="ReclaimSuspended"/>.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void ReclaimValues(Keyspace space);

    /// <summary>
    /// Quickly returns the space of a range in which everything has been deleted and which nobody reads any more, as far as that is
    /// cheap. <see cref="Reclaim"/> does the rest.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range; there is no entry of that key.</param>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>
    /// Whether every <see cref="Reclaim"/> ends soon, those that are running too. Space that was not returned by then is returned
    /// another time.
    /// </summary>
    public abstract bool ReclaimSuspended { get; set; }

    /// <summary>About how many bytes a range takes on disk (and, for what is not yet on disk, in memory).</summary>
    public abstract long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>
    /// Bytes on disk for each byte of keys and values (8 more for each entry) in a keyspace, large values apart; 1 where nothing is on
    /// disk yet.
    /// </summary>
    public abstract double ReadDensity(Keyspace space);
}
