namespace CloudWall.Storage.Memory;

/// <summary>A list of writes.</summary>
internal sealed class MemoryWriteBatch(MemoryStore store) : WriteBatch
{
    private readonly List<MemoryWrite> _writes = [];
    private long _size;
    private bool _disposed;

    public override int Count => Writes.Count;

    public override long SizeInBytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _size;
        }
    }

    internal MemoryStore Store => store;

    internal List<MemoryWrite> Writes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _writes;
        }
    }

    public override void Put(Keyspace space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Add(new MemoryWrite.Put(space, key.ToArray(), value.ToArray()));

    public override void Delete(Keyspace space, ReadOnlySpan<byte> key) => Add(space == Keyspace.Sequences
        ? new MemoryWrite.SingleDelete(space, key.ToArray())
        : new MemoryWrite.Delete(space, key.ToArray()));

    public override void DeleteRange(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper) =>
        Add(new MemoryWrite.DeleteRange(space, lower.ToArray(), upper.ToArray()));

    public override void Clear()
    {
        Writes.Clear();
        _size = 0;
    }

    protected override void Dispose(bool disposing) => _disposed = true;

    private void Add(MemoryWrite write)
    {
        _ = MemoryState.Empty[write.Space];
        Writes.Add(write);
        _size += write.Size;
    }
}
