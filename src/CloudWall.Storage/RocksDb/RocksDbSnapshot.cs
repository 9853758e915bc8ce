namespace CloudWall.Storage.RocksDb;

/// <summary>Reads from a native snapshot.</summary>
internal sealed class RocksDbSnapshot(SnapshotHandle snapshot) : KeyValueReader
{
    // The handle stays open while a cursor over the snapshot exists, so it cannot tell whether the snapshot was disposed.
    private volatile bool _disposed;

    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        snapshot.AddReference();
        try
        {
            return snapshot.Database.Get(snapshot.ReadOptions, space, key);
        }
        finally
        {
            snapshot.DangerousRelease();
        }
    }

    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        snapshot.AddReference();
        try
        {
            snapshot.Database.GetMany(snapshot.ReadOptions, space, keys, values);
        }
        finally
        {
            snapshot.DangerousRelease();
        }
    }

    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new RocksDbCursor(new IteratorHandle(snapshot.Database, snapshot, space, lower, upper), descending);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed = true;
            snapshot.Dispose();
        }
    }
}
