using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// A native iterator with everything it depends on: its read options, the bounds they point to, the snapshot and the database.
/// </summary>
internal sealed unsafe class IteratorHandle : SafeHandle
{
    private readonly DatabaseHandle _database;
    private readonly SnapshotHandle? _snapshot;
    private readonly byte* _bounds;
    private readonly nint _readOptions;

    internal IteratorHandle(DatabaseHandle database, SnapshotHandle? snapshot, Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
        : base(0, ownsHandle: true)
    {
        var columnFamily = database.ColumnFamily(space);
        _database = database;
        _snapshot = snapshot;
        snapshot?.AddReference();
        if (snapshot is null)
        {
            database.AddReference();
        }

        if (lower.SequenceCompareTo(upper) > 0)
        {
            // The engine does not accept a lower bound above the upper one; such a range is empty.
            upper = lower;
        }

        // The extra byte gives empty bounds an address too, because the engine takes null for "no bound".
        _bounds = (byte*)NativeMemory.Alloc((nuint)lower.Length + (nuint)upper.Length + 1);
        lower.CopyTo(new Span<byte>(_bounds, lower.Length));
        upper.CopyTo(new Span<byte>(_bounds + lower.Length, upper.Length));
        _readOptions = NativeMethods.rocksdb_readoptions_create();
        NativeMethods.rocksdb_readoptions_set_iterate_lower_bound(_readOptions, _bounds, (nuint)lower.Length);
        NativeMethods.rocksdb_readoptions_set_iterate_upper_bound(_readOptions, _bounds + lower.Length, (nuint)upper.Length);
        if (snapshot is not null)
        {
            NativeMethods.rocksdb_readoptions_set_snapshot(_readOptions, snapshot.Pointer);
        }

        SetHandle(NativeMethods.rocksdb_create_iterator_cf(database.Pointer, _readOptions, columnFamily));
    }

    /// <summary>The database of the iterator.</summary>
    internal DatabaseHandle Database => _database;

    public override bool IsInvalid => handle == 0;

    /// <summary>The native iterator, for one call. The caller keeps the handle alive with <see cref="GC.KeepAlive"/>.</summary>
    /// <exception cref="ObjectDisposedException">The cursor was disposed.</exception>
    internal nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, typeof(KeyValueCursor));
            return handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.rocksdb_iter_destroy(handle);
        NativeMethods.rocksdb_readoptions_destroy(_readOptions);
        NativeMemory.Free(_bounds);
        if (_snapshot is null)
        {
            _database.DangerousRelease();
        }
        else
        {
            _snapshot.DangerousRelease();
        }

        return true;
    }
}
