using CloudWall.Storage;

namespace CloudWall.Load.Flat;

/// <summary>A store that does not wait for the disk, so that what is measured is work and not waiting.</summary>
internal sealed class UnsyncedStore(KeyValueStore store) : KeyValueStore
{
    public override KeyValueReader Snapshot() => store.Snapshot();

    public override WriteBatch CreateBatch() => store.CreateBatch();

    public override void Commit(WriteBatch batch, bool sync) => store.Commit(batch, sync: false);

    public override void Sync() => store.Sync();

    public override bool ReclaimSuspended
    {
        get => store.ReclaimSuspended;
        set => store.ReclaimSuspended = value;
    }

    public override long Reclaim(
        ReadOnlySpan<Keyspace> spaces,
        ReadOnlySpan<byte> lower,
        ReadOnlySpan<byte> upper,
        long removed = 0,
        long live = 0,
        CancellationToken cancellation = default) => store.Reclaim(spaces, lower, upper, removed, live, cancellation);

    public override void ReclaimValues(Keyspace space) => store.ReclaimValues(space);

    public override void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) => store.Discard(space, lower, upper);

    public override long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) =>
        store.ApproximateSize(space, lower, upper);

    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) => store.Get(space, key);

    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values) =>
        store.GetMany(space, keys, values);

    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false) =>
        store.Scan(space, lower, upper, descending);

    public override double ReadDensity(Keyspace space) => store.ReadDensity(space);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            store.Dispose();
        }
    }
}
