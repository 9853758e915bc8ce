namespace CloudWall.Storage;

/// <summary>
/// An ordered key-value store with atomic batches. The other rooms reach the disk only through this class. Keys are compared byte by byte.
/// Thread-safe; the engine may merge concurrent commits into one sync.
/// </summary>
public abstract class KeyValueStore : KeyValueReader
{
    /// <summary>
    /// Creates a snapshot of the current state, which later writes do not change. Dispose it soon: the engine cannot free old versions
    /// while it exists.
    /// </summary>
    public abstract KeyValueReader Snapshot();

    /// <summary>Creates an empty batch for this store.</summary>
    public abstract WriteBatch CreateBatch();

    /// <summary>
    /// Commits a batch atomically. The batch may be cleared and reused afterwards. Blocks until the write is in the log and, with
    /// <paramref name="sync"/>, until the log is on disk, which makes all earlier commits durable too.
    /// </summary>
    /// <exception cref="StorageException">
    /// The disk failed. Whether the batch was committed is unknown until the store is opened again.
    /// </exception>
    public abstract void Commit(WriteBatch batch, bool sync);

    /// <summary>Makes all earlier commits durable.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void Sync();

    /// <summary>
    /// Reclaims the disk space of deleted and overwritten entries in a range of some keyspaces; blocks until done. The engine skips space
    /// whose reclaiming would cost too much.
    /// </summary>
    /// <param name="spaces">The keyspaces.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range.</param>
    /// <param name="removed">Bytes of large values that were removed from the range and not reclaimed yet.</param>
    /// <param name="live">Bytes of live large values in the range.</param>
    /// <param name="cancellation">Checked between keyspaces.</param>
    /// <returns>How many of the removed bytes remain on disk, because too many live bytes share their files.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled, possibly by <see cref="ReclaimSuspended"/>.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract long Reclaim(
        ReadOnlySpan<Keyspace> spaces,
        ReadOnlySpan<byte> lower,
        ReadOnlySpan<byte> upper,
        long removed = 0,
        long live = 0,
        CancellationToken cancellation = default);

    /// <summary>
    /// Reclaims the space of removed large values anywhere in a keyspace. The engine moves live values out of files of which enough is
    /// removed. Blocks until done.
    /// </summary>
    /// <exception cref="OperationCanceledException">The call was cancelled by <see cref="ReclaimSuspended"/>.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void ReclaimValues(Keyspace space);

    /// <summary>
    /// Reclaims a range cheaply, usually by dropping whole files. All entries of the range must be deleted, and nobody may read it any
    /// more. <see cref="Reclaim"/> reclaims the rest.
    /// </summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range; no entry may have exactly this key.</param>
    /// <exception cref="StorageException">The disk failed.</exception>
    public abstract void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>
    /// Suspends reclaiming: while true, every running or new <see cref="Reclaim"/> ends soon. A later call reclaims the remaining space.
    /// </summary>
    public abstract bool ReclaimSuspended { get; set; }

    /// <summary>Estimates the bytes that a range takes on disk and, for unflushed entries, in memory.</summary>
    public abstract long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper);

    /// <summary>
    /// The ratio of bytes on disk to bytes of keys and values (plus 8 for each entry) in a keyspace, without large values; 1 if nothing is
    /// on disk yet.
    /// </summary>
    public abstract double ReadDensity(Keyspace space);
}
