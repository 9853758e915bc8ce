using CloudWall.Storage;

namespace CloudWall.Simulation.Stores;

/// <summary>Notes the commits of a store.</summary>
/// <param name="store">The store; it is not disposed of.</param>
/// <param name="lies">Whether syncs are left out.</param>
/// <param name="committed">Told of each: how many writes, a hash of them, and whether it was synced.</param>
internal sealed class LoggedStore(KeyValueStore store, bool lies, Action<int, ulong, bool> committed) : KeyValueStore
{
    public override bool ReclaimSuspended
    {
        get => store.ReclaimSuspended;
        set => store.ReclaimSuspended = value;
    }

    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) => store.Get(space, key);

    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values) =>
        store.GetMany(space, keys, values);

    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false) =>
        store.Scan(space, lower, upper, descending);

    public override KeyValueReader Snapshot() => store.Snapshot();

    public override WriteBatch CreateBatch() => new LoggedBatch(store.CreateBatch());

    public override void Commit(WriteBatch batch, bool sync)
    {
        var logged = (LoggedBatch)batch;
        store.Commit(logged.Inner, sync && !lies);
        committed(logged.Count, logged.Hash, sync);
    }

    public override void Sync()
    {
        if (!lies)
        {
            store.Sync();
        }

        committed(0, 0, true);
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

    public override double ReadDensity(Keyspace space) => store.ReadDensity(space);

    protected override void Dispose(bool disposing)
    {
    }
}
