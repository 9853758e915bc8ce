namespace CloudWall.Storage.Memory;

/// <summary>Reads one immutable state.</summary>
internal sealed class MemorySnapshot(MemoryState state) : KeyValueReader
{
    private volatile bool _disposed;

    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return state.Get(space, key);
    }

    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        state.GetMany(space, keys, values);
    }

    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return state.Scan(space, lower, upper, descending);
    }

    protected override void Dispose(bool disposing) => _disposed = true;
}
