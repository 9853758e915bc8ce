using CloudWall.Storage;
using CloudWall.Storage.Memory;

namespace CloudWall.Indexing.Tests;

/// <summary>
/// A store in memory that holds its callers to what an engine with files needs of <see cref="Discard"/>: that everything in the range has
/// been deleted for good, and that no snapshot is open which may still read it.
/// </summary>
internal sealed class DiscardingStore : KeyValueStore
{
    private readonly MemoryStore _store = new();
    private int _snapshots;

    /// <summary>How often a range was discarded.</summary>
    public int Discarded { get; private set; }

    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) => _store.Get(space, key);

    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values) =>
        _store.GetMany(space, keys, values);

    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false) =>
        _store.Scan(space, lower, upper, descending);

    public override KeyValueReader Snapshot()
    {
        Interlocked.Increment(ref _snapshots);
        return new CountedSnapshot(this, _store.Snapshot());
    }

    public override WriteBatch CreateBatch() => _store.CreateBatch();

    public override void Commit(WriteBatch batch, bool sync) => _store.Commit(batch, sync);

    public override void Sync() => _store.Sync();

    public override long Reclaim(
        ReadOnlySpan<Keyspace> spaces,
        ReadOnlySpan<byte> lower,
        ReadOnlySpan<byte> upper,
        long removed = 0,
        long live = 0,
        CancellationToken cancellation = default) => _store.Reclaim(spaces, lower, upper, removed, live, cancellation);

    public override void ReclaimValues(Keyspace space) => _store.ReclaimValues(space);

    public override void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        Assert.Equal(0, Volatile.Read(ref _snapshots));
        using var durable = _store.LoseUnsynced();
        using var left = durable.Scan(space, lower, upper);
        Assert.False(left.MoveNext());
        Discarded++;
    }

    public override bool ReclaimSuspended
    {
        get => _store.ReclaimSuspended;
        set => _store.ReclaimSuspended = value;
    }

    public override long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) =>
        _store.ApproximateSize(space, lower, upper);

    public override double ReadDensity(Keyspace space) => _store.ReadDensity(space);

    protected override void Dispose(bool disposing) => _store.Dispose();

    private sealed class CountedSnapshot(DiscardingStore owner, KeyValueReader snapshot) : KeyValueReader
    {
        public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key) => snapshot.Get(space, key);

        public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values) =>
            snapshot.GetMany(space, keys, values);

        public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false) =>
            snapshot.Scan(space, lower, upper, descending);

        protected override void Dispose(bool disposing)
        {
            snapshot.Dispose();
            Interlocked.Decrement(ref owner._snapshots);
        }
    }
}
