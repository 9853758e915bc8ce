using static CloudWall.Storage.RocksDb.NativeMethods;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// A store in a directory, kept by RocksDB. It holds the directory's lock until it, and every snapshot, cursor, batch and
/// pinned value taken from it, is disposed of.
/// </summary>
public sealed partial class RocksDbStore : KeyValueStore
{
    private readonly DatabaseHandle _database;
    private readonly SettingsHandle _cache;
    private readonly SettingsHandle _writeBuffers;
    private bool _ownsBudget;

    // The handle itself stays open while anything taken from the store is alive, so it cannot tell.
    private volatile bool _disposed;

    private RocksDbStore(DatabaseHandle database, SettingsHandle cache, SettingsHandle writeBuffers, bool ownsBudget)
    {
        _database = database;
        _cache = cache;
        _writeBuffers = writeBuffers;
        _ownsBudget = ownsBudget;
    }

    /// <summary>The files that were missing or not whole when the store was opened; what lies in them fails to be read.</summary>
    public IReadOnlyList<DamagedTable> DamagedTables { get; private init; } = [];

    /// <summary>Opens the store in a directory, which is made where there is none, and repeats what the log holds.</summary>
    /// <exception cref="StorageException">
    /// The directory is in use by another process or another store, cannot be used, holds data that is damaged beyond
    /// <see cref="DamagedTables"/>, or data of a newer version.
    /// </exception>
    public static RocksDbStore Open(string directory, RocksDbOptions options) => Open(directory, options, readOnly: false);

    /// <summary>
    /// Opens the store in a directory to look at it: what the log holds is repeated in memory, nothing in the directory is changed, and
    /// writes fail.
    /// </summary>
    /// <exception cref="StorageException">It cannot be used, holds damaged data, or data of a newer version.</exception>
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
    /// Opens a store beside this one for what can be made anew: its one keyspace is <see cref="Keyspace.Meta"/>, and it takes its memory
    /// from this store's cache and write buffers. It has no log: what was not flushed (<see cref="Sync"/>, or disposing of it) is lost in a
    /// crash, but always from some commit on, never from the middle. Dispose of it before this store.
    /// </summary>
    /// <param name="directory">Its directory, which is made where there is none.</param>
    /// <param name="options">Its limits on files; those on memory are this store's.</param>
    /// <exception cref="StorageException">The directory is in use, cannot be used, or holds damaged data, which may be deleted.</exception>
    public RocksDbStore OpenDerived(string directory, RocksDbOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxOpenFiles, RocksDbOptions.FewestOpenFiles, nameof(options));
        ThrowIfDisposed();
        return new RocksDbStore(
            Open(directory, options, _cache, _writeBuffers, derived: true, readOnly: false), _cache, _writeBuffers, ownsBudget: false);
    }

    /// <summary>Reads all of a store of derived data (<see cref="OpenDerived"/>), and changes nothing.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="options">Limits.</param>
    /// <returns>What is damaged, for people: nothing where all can be read.</returns>
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

            // A walk ends where it meets damage: so that all of it is found, each file has one of its own.
            foreach (var (first, last) in TableFiles.Ranges(store._database))
            {
                try
                {
                    using var cursor = store.Scan(Keyspace.Meta, first, [.. last, 0]);
                    while (cursor.MoveNext())
                    {
                    }
                }
                catch (StorageException fault)
                {
                    damage.Add(fault.Message);
                }
            }
        }
        catch (StorageException refusal)
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
        catch (StorageException refusal) when (TableFiles.AreConcernedBy(refusal.Message))
        {
            var database = Open(directory, options, cache, writeBuffers, derived: false, readOnly, lenient: true);
            damaged = TableFiles.FindDamaged(database, Path.GetFullPath(directory), refusal.Message);
            if (damaged.Count > 0 && damaged.All(static table => table.Space != Keyspace.Meta))
            {
                return database;
            }

            // Nothing is known without what is in there.
            database.Dispose();
            throw;
        }
    }

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
                // What was committed without a sync has no number of its own.
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
            // A compaction may take minutes; it is broken off, and the rest done another time.
            rocksdb_disable_manual_compaction(_database.Pointer);

            // Whoever needed earlier writes to be safe has asked for it, and been told of a failure: none is reported here.
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
