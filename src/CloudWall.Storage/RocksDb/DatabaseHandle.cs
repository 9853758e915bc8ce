using System.Buffers;
using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// An open database with its column families, read options and write options. Snapshots, iterators, batches and pinned values hold
/// references to it, so the database closes only after the last of them was released.
/// </summary>
internal sealed class DatabaseHandle : SafeHandle
{
    /// <summary>How many keys are passed to the engine in one call. The engine itself processes 32 at a time.</summary>
    private const int ManyKeys = 64;

    private readonly nint[] _columnFamilies;

    /// <param name="database">The database.</param>
    /// <param name="columnFamilies">The column families, indexed by keyspace; a derived store has only the first.</param>
    /// <param name="withLog">Whether writes go to a write-ahead log.</param>
    internal DatabaseHandle(nint database, nint[] columnFamilies, bool withLog)
        : base(0, ownsHandle: true)
    {
        _columnFamilies = columnFamilies;
        ReadOptions = NativeMethods.rocksdb_readoptions_create();
        WriteOptions = NativeMethods.rocksdb_writeoptions_create();
        SyncedWriteOptions = NativeMethods.rocksdb_writeoptions_create();
        HasLog = withLog;
        if (withLog)
        {
            NativeMethods.rocksdb_writeoptions_set_sync(SyncedWriteOptions, 1);
        }
        else
        {
            NativeMethods.rocksdb_writeoptions_disable_WAL(WriteOptions, 1);
            NativeMethods.rocksdb_writeoptions_disable_WAL(SyncedWriteOptions, 1);
        }

        SetHandle(database);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Whether writes go to a write-ahead log. Without one, only a flush makes them durable.</summary>
    internal bool HasLog { get; }

    /// <summary>All column families; valid while the caller holds a reference.</summary>
    internal nint[] ColumnFamilies => _columnFamilies;

    internal nint ReadOptions { get; }

    internal nint WriteOptions { get; }

    internal nint SyncedWriteOptions { get; }

    /// <summary>The database; valid while the caller holds a reference.</summary>
    internal nint Pointer => handle;

    /// <summary>A column family; valid while the caller holds a reference.</summary>
    internal nint ColumnFamily(Keyspace space)
    {
        if ((uint)space >= (uint)_columnFamilies.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(space), space, "There is no such keyspace.");
        }

        return _columnFamilies[(int)space];
    }

    /// <summary>Takes a reference; <see cref="SafeHandle.DangerousRelease"/> releases it.</summary>
    /// <exception cref="ObjectDisposedException">The store and everything taken from it were disposed.</exception>
    internal void AddReference()
    {
        var added = false;
        DangerousAddRef(ref added);
    }

    /// <summary>Looks up one key with the database's own read options or a snapshot's.</summary>
    internal PinnedValue Get(nint readOptions, Keyspace space, ReadOnlySpan<byte> key)
    {
        var columnFamily = ColumnFamily(space);
        AddReference();
        nint error = 0;
        var slice = NativeMethods.rocksdb_get_pinned_cf(handle, readOptions, columnFamily, key, (nuint)key.Length, ref error);
        if (slice != 0)
        {
            return new RocksDbPinnedValue(this, slice);
        }

        DangerousRelease();
        ThrowIfSet(error);
        return MissingValue.Instance;
    }

    /// <summary>Looks up many keys with the database's own read options or a snapshot's.</summary>
    internal unsafe void GetMany(nint readOptions, Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, keys.Length, nameof(values));
        var columnFamily = ColumnFamily(space);
        AddReference();
        try
        {
            var pointers = stackalloc byte*[ManyKeys];
            var lengths = stackalloc nuint[ManyKeys];
            var slices = stackalloc nint[ManyKeys];
            var errors = stackalloc nint[ManyKeys];
            var pins = new MemoryHandle[Math.Min(keys.Length, ManyKeys)];
            for (var from = 0; from < keys.Length; from += ManyKeys)
            {
                var count = Math.Min(ManyKeys, keys.Length - from);
                for (var i = 0; i < count; i++)
                {
                    pins[i] = keys[from + i].Pin();
                    pointers[i] = (byte*)pins[i].Pointer;
                    lengths[i] = (nuint)keys[from + i].Length;
                }

                NativeMethods.rocksdb_batched_multi_get_cf(
                    handle, readOptions, columnFamily, (nuint)count, pointers, lengths, slices, errors, sorted: 0);
                nint error = 0;
                for (var i = 0; i < count; i++)
                {
                    pins[i].Dispose();
                    values[from + i] = MissingValue.Instance;
                    if (slices[i] != 0)
                    {
                        AddReference();
                        values[from + i] = new RocksDbPinnedValue(this, slices[i]);
                    }

                    if (errors[i] != 0 && error != 0)
                    {
                        NativeMethods.rocksdb_free(errors[i]);
                    }
                    else if (errors[i] != 0)
                    {
                        error = errors[i];
                    }
                }

                if (error != 0)
                {
                    foreach (var value in values[..(from + count)])
                    {
                        value.Dispose();
                    }

                    ThrowIfSet(error);
                }
            }
        }
        finally
        {
            DangerousRelease();
        }
    }

    /// <exception cref="StorageException">The call failed.</exception>
    internal void ThrowIfSet(nint error)
    {
        if (error != 0)
        {
            throw new StorageException(NativeError.Take(error)) { IsOfDerived = !HasLog };
        }
    }

    protected override bool ReleaseHandle()
    {
        foreach (var columnFamily in _columnFamilies)
        {
            NativeMethods.rocksdb_column_family_handle_destroy(columnFamily);
        }

        NativeMethods.rocksdb_close(handle);
        NativeMethods.rocksdb_readoptions_destroy(ReadOptions);
        NativeMethods.rocksdb_writeoptions_destroy(WriteOptions);
        NativeMethods.rocksdb_writeoptions_destroy(SyncedWriteOptions);
        return true;
    }
}
