namespace CloudWall.Storage.RocksDb;

/// <summary>A native batch. Its bytes go into the log unchanged.</summary>
internal sealed class RocksDbWriteBatch(WriteBatchHandle batch) : WriteBatch
{
    /// <summary>A batch that grew beyond this size frees its memory when it is cleared.</summary>
    private const int KeptBytes = 1 << 20;

    public override int Count
    {
        get
        {
            var count = NativeMethods.rocksdb_writebatch_count(batch.Pointer);
            GC.KeepAlive(batch);
            return count;
        }
    }

    public override long SizeInBytes
    {
        get
        {
            _ = NativeMethods.rocksdb_writebatch_data(batch.Pointer, out var size);
            GC.KeepAlive(batch);
            return (long)size;
        }
    }

    internal WriteBatchHandle Handle => batch;

    public override void Put(Keyspace space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        NativeMethods.rocksdb_writebatch_put_cf(
            batch.Pointer, batch.Database.ColumnFamily(space), key, (nuint)key.Length, value, (nuint)value.Length);
        GC.KeepAlive(batch);
    }

    public override void Delete(Keyspace space, ReadOnlySpan<byte> key)
    {
        var columnFamily = batch.Database.ColumnFamily(space);
        if (space == Keyspace.Sequences)
        {
            // A single delete and its only put cancel out in compaction and leave no tombstone.
            NativeMethods.rocksdb_writebatch_singledelete_cf(batch.Pointer, columnFamily, key, (nuint)key.Length);
        }
        else
        {
            NativeMethods.rocksdb_writebatch_delete_cf(batch.Pointer, columnFamily, key, (nuint)key.Length);
        }

        GC.KeepAlive(batch);
    }

    public override void DeleteRange(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        var native = batch.Pointer;
        var columnFamily = batch.Database.ColumnFamily(space);
        if (lower.SequenceCompareTo(upper) < 0)
        {
            // The engine accepts a range with reversed bounds here, but then logs an error and fails the whole batch.
            NativeMethods.rocksdb_writebatch_delete_range_cf(native, columnFamily, lower, (nuint)lower.Length, upper, (nuint)upper.Length);
            GC.KeepAlive(batch);
        }
    }

    public override void Clear()
    {
        var native = batch.Pointer;
        if (SizeInBytes > KeptBytes)
        {
            batch.Replace();
        }
        else
        {
            NativeMethods.rocksdb_writebatch_clear(native);
            GC.KeepAlive(batch);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            batch.Dispose();
        }
    }
}
