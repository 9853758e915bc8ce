namespace CloudWall.Storage.Memory;

/// <summary>
/// An in-memory store for tests and simulations. It tracks which commits were synced, so that it can simulate a power failure
/// (<see cref="LoseUnsynced"/>), and it can fail commits like a broken disk (<see cref="FailCommits"/>). It is stricter than an engine on
/// disk: deleting a row of <see cref="Keyspace.Sequences"/> that was not put exactly once throws an <see cref="InvalidOperationException"/>
/// at the commit.
/// </summary>
public sealed class MemoryStore : KeyValueStore
{
    private readonly Lock _writing = new();
    private readonly List<MemoryState> _unsynced = [];
    private volatile MemoryState _current;
    private MemoryState _synced;
    private MemoryState? _failed;
    private volatile bool _disposed;

    /// <summary>Creates an empty store.</summary>
    public MemoryStore()
        : this(MemoryState.Empty)
    {
    }

    private MemoryStore(MemoryState state) => _current = _synced = state;

    /// <summary>
    /// Called before each commit of a non-empty batch and each <see cref="Sync"/>, never concurrently; the argument tells whether a sync
    /// was requested. If it returns true, the call fails with a <see cref="StorageException"/>. Readers do not see the failed batch, but
    /// <see cref="LoseUnsynced"/> may keep it unless another commit followed. Null (the default) lets every commit succeed.
    /// </summary>
    public Func<bool, bool>? FailCommits { get; set; }

    /// <inheritdoc/>
    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) => Current().Get(space, key);

    /// <inheritdoc/>
    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values) =>
        Current().GetMany(space, keys, values);

    /// <inheritdoc/>
    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false) =>
        Current().Scan(space, lower, upper, descending);

    /// <inheritdoc/>
    public override KeyValueReader Snapshot() => new MemorySnapshot(Current());

    /// <inheritdoc/>
    public override WriteBatch CreateBatch()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new MemoryWriteBatch(this);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch deletes a row that was not put exactly once; nothing was written.</exception>
    public override void Commit(WriteBatch batch, bool sync)
    {
        if (batch is not MemoryWriteBatch native || native.Store != this)
        {
            throw new ArgumentException("The batch was made by another store.", nameof(batch));
        }

        lock (_writing)
        {
            if (native.Count > 0)
            {
                var next = Current().With(native.Writes);
                if (FailCommits?.Invoke(sync) == true)
                {
                    _failed = next;
                    throw new StorageException("IO error: the commit was made to fail.");
                }

                _failed = null;
                _current = next;
                _unsynced.Add(next);
                if (sync)
                {
                    Synced();
                }
            }
            else if (sync)
            {
                Sync();
            }
        }
    }

    /// <inheritdoc/>
    public override void Sync()
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (FailCommits?.Invoke(true) == true)
            {
                throw new StorageException("IO error: the sync was made to fail.");
            }

            Synced();
        }
    }

    /// <summary>Does nothing: memory needs no reclaiming.</summary>
    /// <inheritdoc/>
    public override long Reclaim(
        ReadOnlySpan<Keyspace> spaces,
        ReadOnlySpan<byte> lower,
        ReadOnlySpan<byte> upper,
        long removed = 0,
        long live = 0,
        CancellationToken cancellation = default)
    {
        foreach (var space in spaces)
        {
            _ = Current()[space];
        }

        return 0;
    }

    /// <summary>Does nothing: memory needs no reclaiming.</summary>
    /// <inheritdoc/>
    public override void ReclaimValues(Keyspace space) => _ = Current()[space];

    /// <summary>Does nothing: memory needs no reclaiming.</summary>
    /// <inheritdoc/>
    public override void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) => _ = Current()[space];

    /// <inheritdoc/>
    public override bool ReclaimSuspended { get; set; }

    /// <inheritdoc/>
    public override long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        using var cursor = Scan(space, lower, upper);
        var size = 0L;
        while (cursor.MoveNext())
        {
            size += cursor.Key.Length + cursor.Value.Length;
        }

        return size;
    }

    /// <inheritdoc/>
    public override double ReadDensity(Keyspace space)
    {
        _ = Current()[space];
        return 1;
    }

    /// <summary>
    /// Returns a new store with the content that a power failure would leave: all commits up to the last sync, and a random number of the
    /// commits after it, without a gap. This store does not change.
    /// </summary>
    /// <param name="survivors">Chooses how many unsynced commits survive. Null: none.</param>
    public MemoryStore LoseUnsynced(Random? survivors = null)
    {
        lock (_writing)
        {
            List<MemoryState> candidates = [_synced, .. _unsynced];
            if (_failed is not null)
            {
                candidates.Add(_failed);
            }

            return new MemoryStore(candidates[survivors?.Next(candidates.Count) ?? 0]);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _disposed = true;

    private MemoryState Current()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _current;
    }

    private void Synced()
    {
        _synced = _current;
        _unsynced.Clear();
    }
}
