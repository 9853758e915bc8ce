using static CloudWall.Storage.RocksDb.NativeMethods;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// A RocksDB store in a directory. It holds the directory's lock until the store and every snapshot, cursor, batch and pinned value taken
/// from it are disposed.
/// </summary>
public sealed partial class RocksDbStore : KeyValueStore
{
    private readonly DatabaseHandle _database;
    private readonly SettingsHandle _cache;
    private readonly SettingsHandle _writeBuffers;
    private bool _ownsBudget;

    // The handle stays open while anything taken from the store exists, so it cannot tell whether the store was disposed.
    private volatile bool _disposed;

    private RocksDbStore(DatabaseHandle database, SettingsHandle cache, SettingsHandle writeBuffers, bool ownsBudget)
    {
        _database = database;
        _cache = cache;
        _writeBuffers = writeBuffers;
        _ownsBudget = ownsBudget;
    }

    /// <summary>The table files that were missing or truncated when the store was opened. Reads of their ranges fail.</summary>
    public IReadOnlyList<DamagedTable> DamagedTables { get; private init; } = [];

    /// <summary>Opens the store in a directory and replays its log. Creates the directory if missing.</summary>
    /// <exception cref="StorageException">
    /// The directory is in use by another process or store, cannot be accessed, was written by a newer version, or is damaged beyond
    /// <see cref="DamagedTables"/>.
    /// </exception>
    public static RocksDbStore Open(string directory, RocksDbOptions options) => Open(directory, options, readOnly: false);

    /// <summary>Opens a store for inspection: the log is replayed in memory only, the directory does not change, and writes fail.</summary>
    /// <exception cref="StorageException">The store cannot be accessed, is damaged, or was written by a newer version.</exception>
    public static RocksDbStore OpenReadOnly(string directory, RocksDbOptions options) => Open(directory, options, readOnly: true);

    private static RocksDbStore Open(string directory, RocksDbOptions options, bool readOnly)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CacheBytes, 1 << 20, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WriteBufferBytes, 1 << 20, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LogBytes, 1 << 20, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxOpenFiles, RocksDbOptions.FewestOpenFiles, nameof(options));
        NativeHeaps.Limit();
        var cache = Tuning.CreateCache(options);
        SettingsHandle? writeBuffers = null;
        try
        {
            writeBuffers = Tuning.CreateWriteBufferManager(options, cache);
            if (options.MarkFile is not null)
            {
                return OpenMarked(directory, options, cache, writeBuffers, readOnly);
            }

            var database = OpenAsFarAsPossible(directory, options, cache, writeBuffers, readOnly, out var damaged);
            return new RocksDbStore(database, cache, writeBuffers, ownsBudget: true) { DamagedTables = damaged };
        }
        catch
        {
            writeBuffers?.Dispose();
            cache.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a store for derived data beside this one. Its only keyspace is <see cref="Keyspace.Meta"/>, and it shares this store's block
    /// cache and write buffers. It has no log: a crash loses the commits since the last flush (<see cref="Sync"/> or disposal), but never
    /// leaves a gap. Dispose it before this store.
    /// </summary>
    /// <param name="directory">Its directory, created if missing.</param>
    /// <param name="options">Its file limits; the memory limits are those of this store.</param>
    /// <exception cref="StorageException">The directory is in use, cannot be accessed, or is damaged. Its data may be deleted.</exception>
    public RocksDbStore OpenDerived(string directory, RocksDbOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxOpenFiles, RocksDbOptions.FewestOpenFiles, nameof(options));
        ThrowIfDisposed();
        return new RocksDbStore(
            Open(directory, options, _cache, _writeBuffers, derived: true, readOnly: false), _cache, _writeBuffers, ownsBudget: false);
    }

    /// <summary>Reads a whole store of derived data (<see cref="OpenDerived"/>) without changing it.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="options">Limits.</param>
    /// <returns>The damage found, in words for the administrator; empty if everything is readable.</returns>
    public static IReadOnlyList<string> FindDamageInDerived(string directory, RocksDbOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        NativeHeaps.Limit();
        var damage = new List<string>();
        using var cache = Tuning.CreateCache(options);
        using var writeBuffers = Tuning.CreateWriteBufferManager(options, cache);
        try
        {
            using var store = new RocksDbStore(
                Open(directory, options, cache, writeBuffers, derived: true, readOnly: true), cache, writeBuffers, ownsBudget: false);

            // An iterator stops at the first damage. One iterator for each file finds all of it.
            foreach (var (first, last) in TableFiles.Ranges(store._database))
            {
                try
                {
                    using var cursor = store.Scan(Keyspace.Meta, first, [.. last, 0]);
                    while (cursor.MoveNext())
                    {
                    }
                }
                catch (StorageException fault) when (MayBeDamaged(fault))
                {
                    damage.Add(fault.Message);
                }
            }
        }
        catch (StorageException refusal) when (refusal.Fault is not StorageFault.System)
        {
            damage.Add(refusal.Message);
        }

        return [.. damage.Distinct()];
    }

    private static DatabaseHandle OpenAsFarAsPossible(
        string directory,
        RocksDbOptions options,
        SettingsHandle cache,
        SettingsHandle writeBuffers,
        bool readOnly,
        out IReadOnlyList<DamagedTable> damaged)
    {
        try
        {
            damaged = [];
            return Open(directory, options, cache, writeBuffers, derived: false, readOnly);
        }
        catch (StorageException refusal) when (TableFiles.AreConcernedBy(refusal.Message) && MayBeDamaged(refusal))
        {
            var database = Open(directory, options, cache, writeBuffers, derived: false, readOnly, lenient: true);
            damaged = TableFiles.FindDamaged(database, Path.GetFullPath(directory), refusal.Message);
            if (damaged.Count > 0 && damaged.All(static table => table.Space != Keyspace.Meta))
            {
                return database;
            }

            // Meta lists the databases; without it the store is unusable.
            database.Dispose();
            throw;
        }
    }

    /// <summary>A disk that cannot read one table may read the others. All else that the system refuses is no fault of a table.</summary>
    private static bool MayBeDamaged(StorageException refusal) =>
        refusal.Fault is not (StorageFault.System or StorageFault.DiskFull)
        || refusal.Message.Contains("Input/output error", StringComparison.Ordinal);

    private static DatabaseHandle Open(
        string directory,
        RocksDbOptions options,
        SettingsHandle cache,
        SettingsHandle writeBufferManager,
        bool derived,
        bool readOnly,
        bool lenient = false)
    {
        directory = Path.GetFullPath(directory);
        try
        {
            if (!readOnly)
            {
                DurableDirectory.Create(directory);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data directory {directory} cannot be made: {e.Message}", e);
        }

        OpeningFaults.RefuseWithoutCurrent(directory);
        using var databaseOptions = Tuning.CreateDatabaseOptions(options, writeBufferManager, lenient);
        string[] names = derived ? [Tuning.ColumnFamilyNames[0]] : Tuning.ColumnFamilyNames;
        var columnFamilyOptions = new SettingsHandle[names.Length];
        var columnFamilies = new nint[names.Length];
        nint error = 0;
        nint database;
        try
        {
            for (var i = 0; i < names.Length; i++)
            {
                columnFamilyOptions[i] = Tuning.CreateColumnFamilyOptions(options, cache, (Keyspace)i, alone: derived);
            }

            var columnFamilySettings = Array.ConvertAll(columnFamilyOptions, static settings => settings.Pointer);
            database = readOnly
                ? rocksdb_open_for_read_only_column_families(
                    databaseOptions.Pointer,
                    directory,
                    names.Length,
                    names,
                    columnFamilySettings,
                    columnFamilies,
                    failIfLogExists: 0,
                    ref error)
                : rocksdb_open_column_families(
                    databaseOptions.Pointer, directory, names.Length, names, columnFamilySettings, columnFamilies, ref error);
        }
        finally
        {
            foreach (var settings in columnFamilyOptions)
            {
                settings?.Dispose();
            }
        }

        if (error != 0)
        {
            throw new StorageException(OpeningFaults.Explain(directory, NativeError.Take(error)));
        }

        return new DatabaseHandle(database, columnFamilies, withLog: !derived);
    }

    /// <inheritdoc/>
    public override PinnedValue Get(Keyspace space, ReadOnlySpan<byte> key)
    {
        ThrowIfDisposed();
        return _database.Get(_database.ReadOptions, space, key);
    }

    /// <inheritdoc/>
    public override void GetMany(Keyspace space, ReadOnlySpan<ReadOnlyMemory<byte>> keys, Span<PinnedValue> values)
    {
        ThrowIfDisposed();
        _database.GetMany(_database.ReadOptions, space, keys, values);
    }

    /// <inheritdoc/>
    public override KeyValueCursor Scan(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending = false)
    {
        ThrowIfDisposed();
        return new RocksDbCursor(new IteratorHandle(_database, snapshot: null, space, lower, upper), descending);
    }

    /// <inheritdoc/>
    public override KeyValueReader Snapshot()
    {
        ThrowIfDisposed();
        return new RocksDbSnapshot(new SnapshotHandle(_database));
    }

    /// <inheritdoc/>
    public override WriteBatch CreateBatch()
    {
        ThrowIfDisposed();
        return new RocksDbWriteBatch(new WriteBatchHandle(_database));
    }

    /// <inheritdoc/>
    public override void Commit(WriteBatch batch, bool sync)
    {
        if (batch is not RocksDbWriteBatch native || native.Handle.Database != _database)
        {
            throw new ArgumentException("The batch was made by another store.", nameof(batch));
        }

        if (native.Count == 0)
        {
            if (sync)
            {
                Sync();
            }

            return;
        }

        nint error = 0;
        AddReference();
        try
        {
            if (sync)
            {
                error = WriteSynced(native);
            }
            else
            {
                rocksdb_write(_database.Pointer, _database.WriteOptions, native.Handle.Pointer, ref error);
            }

            GC.KeepAlive(native);
        }
        finally
        {
            _database.DangerousRelease();
        }

        _database.ThrowIfSet(error);
        if (sync && !_database.HasLog)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public override void Sync()
    {
        if (!_database.HasLog)
        {
            Flush();
            return;
        }

        nint error = 0;
        AddReference();
        try
        {
            if (_mark is null)
            {
                rocksdb_flush_wal(_database.Pointer, sync: 1, ref error);
            }
            else
            {
                // Commits without a sync have no number in the mark; a sync must give them one.
                using var batch = new RocksDbWriteBatch(new WriteBatchHandle(_database));
                error = WriteSynced(batch);
            }
        }
        finally
        {
            _database.DangerousRelease();
        }

        _database.ThrowIfSet(error);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
        {
            return;
        }

        AddReference();
        _disposed = true;
        try
        {
            // A manual compaction may take minutes. It is cancelled here and continues another time.
            rocksdb_disable_manual_compaction(_database.Pointer);

            // Callers that need durability called Sync and got its error, so this error is ignored.
            nint error = 0;
            if (_database.HasLog)
            {
                rocksdb_flush_wal(_database.Pointer, sync: 1, ref error);
            }
            else
            {
                using var flush = new SettingsHandle(rocksdb_flushoptions_create(), rocksdb_flushoptions_destroy);
                var families = _database.ColumnFamilies;
                rocksdb_flush_cfs(_database.Pointer, flush.Pointer, families, families.Length, ref error);
            }

            if (error != 0)
            {
                rocksdb_free(error);
            }
        }
        finally
        {
            _database.DangerousRelease();
        }

        _mark?.Dispose();
        _database.Dispose();
        if (_ownsBudget)
        {
            _writeBuffers.Dispose();
            _cache.Dispose();
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    private void AddReference()
    {
        ThrowIfDisposed();
        _database.AddReference();
    }
}
