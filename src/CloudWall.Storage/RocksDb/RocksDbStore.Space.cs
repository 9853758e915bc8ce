using System.Runtime.InteropServices;
using static CloudWall.Storage.RocksDb.NativeMethods;

namespace CloudWall.Storage.RocksDb;

/// <content>What the store takes on disk, and how it gives it back.</content>
public sealed partial class RocksDbStore
{
    private const byte SizeOfMemoryFilesAndBlobs = 1 | 2 | 4;
    private const byte LastLevelWhereNeeded = 1;
    private const byte ForceLastLevel = 3;
    private const int ForceBlobGarbageCollection = 0;
    private const int NoBlobGarbageCollection = 1;
    private const string BackgroundErrors = "rocksdb.background-errors";
    private const string TablesSize = "rocksdb.total-sst-files-size";
    private const string TableProperties = "rocksdb.aggregated-table-properties";
    private const string BlobGarbage = "rocksdb.live-blob-file-garbage-size";

    /// <summary>
    /// Live values are moved out of a partly removed file only if they are at most this many times as large as the removed ones.
    /// </summary>
    private const int MovedForEachRemoved = 4;

    /// <summary>Minimum of reclaimable bytes for moving values of all owners.</summary>
    private const long WorthMoving = 1 << 20;

    private readonly Lock _suspending = new();
    private bool _suspended;
    private readonly Density?[] _densities = new Density?[Tuning.ColumnFamilyNames.Length];

    /// <inheritdoc/>
    public override long Reclaim(
        ReadOnlySpan<Keyspace> spaces,
        ReadOnlySpan<byte> lower,
        ReadOnlySpan<byte> upper,
        long removed = 0,
        long live = 0,
        CancellationToken cancellation = default)
    {
        var left = 0L;
        foreach (var space in spaces)
        {
            cancellation.ThrowIfCancellationRequested();
            Compact(space, lower, upper);
            if (removed == 0 || Math.Min(removed, ReadHeld(space)) is not (> 0 and var held))
            {
                continue;
            }

            if (held >= live / MovedForEachRemoved)
            {
                cancellation.ThrowIfCancellationRequested();
                Compact(space, lower, upper, moveValues: true);
                held = Math.Min(removed, ReadHeld(space));
            }

            left += held;
        }

        if (_database.HasLog)
        {
            // A flush lets the engine delete the log.
            Flush();
        }

        return left;
    }

    /// <inheritdoc/>
    public override void ReclaimValues(Keyspace space)
    {
        // Sorts after all keys of the other rooms.
        byte[] end = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        var held = ReadHeld(space);
        if (held >= WorthMoving && held >= (ApproximateSize(space, [], end) - held) / MovedForEachRemoved)
        {
            Compact(space, [], end, moveValues: true);
        }
    }

    /// <summary>Compacts the files of a range that contain removed entries.</summary>
    /// <param name="space">The keyspace.</param>
    /// <param name="lower">First key of the range.</param>
    /// <param name="upper">First key after the range.</param>
    /// <param name="moveValues">
    /// Whether to move live large values, so that the engine can delete files that also hold removed ones (<see cref="ReadHeld"/>).
    /// </param>
    /// <exception cref="OperationCanceledException">The compaction was cancelled by <see cref="ReclaimSuspended"/>.</exception>
    /// <exception cref="StorageException">The disk failed, or a checksum did not match.</exception>
    internal void Compact(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool moveValues = false)
    {
        var columnFamily = _database.ColumnFamily(space);
        AddReference();
        try
        {
            if (lower.SequenceCompareTo(upper) >= 0)
            {
                return;
            }

            // Flush first: the engine's compaction reports no errors of the flush that it would do itself.
            using (var flush = new SettingsHandle(rocksdb_flushoptions_create(), rocksdb_flushoptions_destroy))
            {
                nint error = 0;
                rocksdb_flush_cf(_database.Pointer, flush.Pointer, columnFamily, ref error);
                _database.ThrowIfSet(error);
            }

            using var compact = new SettingsHandle(rocksdb_compactoptions_create(), rocksdb_compactoptions_destroy);
            rocksdb_compactoptions_set_exclusive_manual_compaction(compact.Pointer, 0);

            // Tombstones cannot lie above data that exists only in the last level, so skip it. Values move only if their keys are
            // rewritten.
            rocksdb_compactoptions_set_bottommost_level_compaction(compact.Pointer, moveValues ? ForceLastLevel : LastLevelWhereNeeded);
            rocksdb_compactoptions_set_blob_garbage_collection_policy(
                compact.Pointer, moveValues ? ForceBlobGarbageCollection : NoBlobGarbageCollection);
            rocksdb_compactoptions_set_blob_garbage_collection_age_cutoff(compact.Pointer, 1.0);

            // The engine counts all background errors at the default column family.
            var errorsBefore = ReadNumber(_database.ColumnFamilies[0], BackgroundErrors);
            rocksdb_compact_range_cf_opt(
                _database.Pointer, columnFamily, compact.Pointer, lower, (nuint)lower.Length, upper, (nuint)upper.Length);
            if (ReadNumber(_database.ColumnFamilies[0], BackgroundErrors) != errorsBefore)
            {
                throw new StorageException($"Compaction of {space} failed; the engine's LOG file says why.") { IsOfDerived = !_database.HasLog };
            }

            ThrowIfDisposed();
            if (ReclaimSuspended)
            {
                throw new OperationCanceledException($"Compaction of {space} was cancelled.");
            }
        }
        finally
        {
            _database.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StorageException">The disk failed.</exception>
    public override void Discard(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        var columnFamily = _database.ColumnFamily(space);
        if (space == Keyspace.Attachments || lower.SequenceCompareTo(upper) >= 0)
        {
            // The engine would not notice that the values in blob files lost their keys. The tables are small.
            ThrowIfDisposed();
            return;
        }

        nint error = 0;
        AddReference();
        try
        {
            rocksdb_delete_file_in_range_cf(
                _database.Pointer, columnFamily, lower, (nuint)lower.Length, upper, (nuint)upper.Length, ref error);
        }
        finally
        {
            _database.DangerousRelease();
        }

        _database.ThrowIfSet(error);
    }

    /// <summary>Flushes the write buffers to table files, so that the engine can delete the log; blocks until done.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public void Flush()
    {
        nint error = 0;
        AddReference();
        try
        {
            using var flush = new SettingsHandle(rocksdb_flushoptions_create(), rocksdb_flushoptions_destroy);
            var families = _database.ColumnFamilies;
            rocksdb_flush_cfs(_database.Pointer, flush.Pointer, families, families.Length, ref error);
        }
        finally
        {
            _database.DangerousRelease();
        }

        _database.ThrowIfSet(error);
    }

    /// <inheritdoc/>
    public override bool ReclaimSuspended
    {
        get => Volatile.Read(ref _suspended);
        set
        {
            AddReference();
            try
            {
                // The engine counts the calls. Two concurrent setters could leave it suspended, so set the flag and call the engine under
                // one lock.
                lock (_suspending)
                {
                    if (_suspended == value)
                    {
                        return;
                    }

                    Volatile.Write(ref _suspended, value);
                    if (value)
                    {
                        rocksdb_disable_manual_compaction(_database.Pointer);
                    }
                    else
                    {
                        rocksdb_enable_manual_compaction(_database.Pointer);
                    }
                }
            }
            finally
            {
                _database.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public override unsafe long ApproximateSize(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        var columnFamily = _database.ColumnFamily(space);
        ulong size = 0;
        nint error = 0;
        AddReference();
        try
        {
            if (lower.SequenceCompareTo(upper) >= 0)
            {
                return 0;
            }

            // The engine attributes blob bytes to the range in proportion to its table bytes.
            fixed (byte* start = lower, limit = upper)
            {
                var startLength = (nuint)lower.Length;
                var limitLength = (nuint)upper.Length;
                rocksdb_approximate_sizes_cf_with_flags(
                    _database.Pointer, columnFamily, 1, &start, &startLength, &limit, &limitLength, SizeOfMemoryFilesAndBlobs, &size, ref error);
            }
        }
        finally
        {
            _database.DangerousRelease();
        }

        _database.ThrowIfSet(error);
        return (long)size;
    }

    /// <inheritdoc/>
    public override double ReadDensity(Keyspace space)
    {
        var columnFamily = _database.ColumnFamily(space);
        AddReference();
        try
        {
            // The engine opens every table for this, so cache the result while the tables are unchanged.
            var size = ReadNumber(columnFamily, TablesSize);
            var known = Volatile.Read(ref _densities[(int)space]);
            if (known is null || known.TablesSize != size)
            {
                known = new Density(size, ReadDensity(columnFamily));
                Volatile.Write(ref _densities[(int)space], known);
            }

            return known.Value;
        }
        finally
        {
            _database.DangerousRelease();
        }
    }

    /// <summary>Bytes of removed large values that are still on disk, because live values share their files.</summary>
    internal long ReadHeld(Keyspace space) => ReadProperty(space, BlobGarbage);

    /// <summary>Reads one of the engine's integer properties of a keyspace, such as <c>rocksdb.estimate-num-keys</c>.</summary>
    /// <exception cref="ArgumentException">The engine has no such property.</exception>
    internal long ReadProperty(Keyspace space, string name)
    {
        var columnFamily = _database.ColumnFamily(space);
        AddReference();
        try
        {
            return ReadNumber(columnFamily, name);
        }
        finally
        {
            _database.DangerousRelease();
        }
    }

    private long ReadNumber(nint columnFamily, string name) =>
        rocksdb_property_int_cf(_database.Pointer, columnFamily, name, out var value) == 0
            ? (long)value
            : throw new ArgumentException($"The engine has no property {name}.", nameof(name));

    private double ReadDensity(nint columnFamily)
    {
        var text = rocksdb_property_value_cf(_database.Pointer, columnFamily, TableProperties);
        if (text == 0)
        {
            return 1;
        }

        var density = TableDensity.Of(Marshal.PtrToStringUTF8(text)!);
        rocksdb_free(text);
        return density;
    }

    /// <summary>The density of the tables, valid for one total size of them.</summary>
    private sealed record Density(long TablesSize, double Value);
}
