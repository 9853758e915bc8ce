namespace CloudWall.Storage.RocksDb;

/// <summary>Reads at a native snapshot.</summary>
internal sealed class RocksDbSnapshot(SnapshotHandle snapshot) : KeyValueReader
{
    // The handle itself stays open while a cursor over the snapshot is alive, so it cannot tell.
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
