using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Records;
using CloudWall.Documents.Waiting;
using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>The databases of a node, by name.</summary>
public sealed class DatabaseCatalogue : IAsyncDisposable
{
    /// <summary>The version of the data format that this program writes.</summary>
    public const int FormatVersion = 3;

    /// <summary>The keyspaces that hold a database's own data.</summary>
    internal static readonly Keyspace[] Contents =
        [Keyspace.Documents, Keyspace.Bodies, Keyspace.Sequences, Keyspace.Attachments, Keyspace.Local, Keyspace.Counts];

    private readonly KeyValueStore _store;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Turns _changing = new(1);
    private readonly EngineContext _context;
    private readonly Dictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _names = new(Utf8Order.Instance);
    private readonly Dictionary<Database, DatabaseCore> _cores = [];
    private uint _nextNumber = 1;
    private bool _disposed;

    private DatabaseCatalogue(KeyValueStore store, EngineOptions options, TimeProvider time)
    {
        _store = store;
        _options = options;
        _time = time;
        Updates = new DatabaseUpdates(options.NewUuid());
        _context = new EngineContext(store, options, time, Updates);
    }

    /// <summary>Counters shared by all databases.</summary>
    public EngineMetrics Metrics => _context.Metrics;

    /// <summary>Creations, updates and deletions of databases (<c>_db_updates</c>).</summary>
    public DatabaseUpdates Updates { get; }

    /// <summary><c>[cluster] q</c>: the default shard count that new databases report.</summary>
    public int DefaultShards => _options.DefaultShards;

    /// <summary>All names, sorted by bytes.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
            {
                return [.. _names];
            }
        }
    }

    /// <summary>Opens all databases of a store, which the caller keeps, and removes what an interrupted operation left behind.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">The engine's settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="renew">
    /// Whether to give all databases new incarnations, durably. Required if commits that readers may have seen were lost: their update
    /// sequences will be assigned again to other changes.
    /// </param>
    /// <exception cref="StorageException">
    /// The disk failed, the format is newer than this program, or a database's entry or state is missing or corrupt.
    /// </exception>
    public static DatabaseCatalogue Open(KeyValueStore store, EngineOptions options, TimeProvider time, bool renew = false)
    {
        var catalogue = new DatabaseCatalogue(store, options, time);
        var format = catalogue.CheckFormat();
        if (renew)
        {
            catalogue.Renew();
        }

        catalogue.Load();
        catalogue.Sweep();
        if (format != FormatVersion)
        {
            catalogue.Upgrade(format);
        }

        store.ReclaimSuspended = false;
        catalogue._context.Dropped.Load();
        catalogue._context.Compaction.Start(catalogue.Cores);

        return catalogue;
    }

    /// <summary>Creates a database.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Options fixed at the creation.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="DocumentException">
    /// 400 <c>illegal_database_name</c>, <c>database_name_too_long</c>, or a partitioned system database; 412
    /// <c>file_exists</c>; 503 if the node is stopping; 507: the disk is full.
    /// </exception>
    public async Task<Database> CreateAsync(string name, DatabaseOptions options, CancellationToken cancellation)
    {
        DatabaseName.Validate(name);
        await _changing.EnterAsync(cancellation);
        try
        {
            ThrowIfDisposed();
            if (options.Partitioned && name.Split('/')[^1] is "_users" or "_replicator" or "_global_changes")
            {
                throw new DocumentException(DocumentError.BadRequest("Cannot partition a system database"));
            }

            if (Find(name) is not null)
            {
                throw new DocumentException(DatabaseErrors.Exists);
            }

            if (_options.Room?.Refuse(WriteNeed.Space) is { } refusal)
            {
                throw new DocumentException(refusal);
            }

            // The number is used up even if the commit fails, because the outcome of a failed commit is unknown.
            var record = new CatalogueRecord(
                _nextNumber++, _options.NewUuid(), options.Partitioned, options.Shards, _time.GetUtcNow().ToUnixTimeMilliseconds());
            Store(name, record);
            var database = Add(name, record);
            Updates.Add(name, DatabaseUpdateKind.Created);
            return database;
        }
        finally
        {
            _changing.Leave();
        }
    }

    /// <summary>Looks up a database.</summary>
    /// <returns>Null if there is none of that name.</returns>
    public Database? Find(string name)
    {
        lock (_gate)
        {
            return _databases.GetValueOrDefault(name);
        }
    }

    /// <summary>Deletes a database with all its data.</summary>
    /// <returns>False if there was none.</returns>
    /// <exception cref="DocumentException">503 if the node is stopping.</exception>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellation)
    {
        await _changing.EnterAsync(cancellation);
        try
        {
            ThrowIfDisposed();
            Database? database;
            DatabaseCore core;
            lock (_gate)
            {
                if (!_databases.Remove(name, out database))
                {
                    return false;
                }

                _names.Remove(name);
                _cores.Remove(database, out core!);
            }

            // Not cancellable from here on: the name is taken and the writer is closed.
            var bytes = 0L;
            try
            {
                await database.CloseAsync(DatabaseErrors.Deleted);
                core.Context.BlockTables.Take(core.Number);
                bytes = SpaceUse.Measure(core).File;
                Erase(name, core.Number, bytes);
            }
            catch
            {
                // The commit failed, so the database still exists.
                Add(name, core.Record);
                throw;
            }

            _context.Dropped.Add(core.Number, bytes);
            Updates.Add(name, DatabaseUpdateKind.Deleted);
            return true;
        }
        finally
        {
            _changing.Leave();
        }
    }

    /// <summary>
    /// Ends waiting readers, completes accepted writes and makes them durable. The databases can still be found, so that late requests get
    /// 503 (stopping) and not 404.
    /// </summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public async ValueTask DisposeAsync()
    {
        await _changing.EnterAsync(CancellationToken.None);
        try
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            Database[] databases;
            lock (_gate)
            {
                databases = [.. _databases.Values];
            }

            _context.Compaction.Stop();
            var dropped = _context.Dropped.StopAsync();
            await Task.WhenAll(databases.Select(static database => database.FinishAsync()));
            foreach (var database in databases)
            {
                await database.CloseAsync(DatabaseErrors.Stopping);
            }

            _store.ReclaimSuspended = true;
            await dropped.WithoutThrowing();
            foreach (var database in databases)
            {
                await database.Compactor.WhenIdleAsync();
            }

            _store.Sync();
            await dropped;
        }
        finally
        {
            _changing.Leave();
        }
    }

    /// <summary>Maps the numbers that keys begin with to database names. Entries that cannot be read are left out.</summary>
    public static IReadOnlyDictionary<uint, string> ReadNames(KeyValueReader store)
    {
        var names = new Dictionary<uint, string>();
        using var rows = store.Scan(Keyspace.Meta, Keys.CatalogueStart, Keys.CatalogueEnd);
        while (rows.MoveNext())
        {
            try
            {
                names[CatalogueRecord.Read(rows.Value).Number] = Encoding.UTF8.GetString(rows.Key[Keys.CatalogueStart.Length..]);
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException)
            {
                // Opening the database reports the damage.
            }
        }

        return names;
    }

    private void ThrowIfDisposed()
    {
        if (_disposed)
        {
            throw new DocumentException(DatabaseErrors.Stopping);
        }
    }

    /// <summary>Reads and checks the format of the data.</summary>
    /// <returns>The format; 0 for a new store.</returns>
    private int CheckFormat()
    {
        var stored = _store.GetBytes(Keyspace.Meta, Keys.Format);
        if (stored is not (null or [> 0 and <= FormatVersion]))
        {
            throw new StorageException(
                $"The data was written by a newer version (format {Convert.ToHexString(stored)}); this one knows format {FormatVersion}.");
        }

        if (stored is null or [1])
        {
            _context.CountSeed = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(_options.NewUuid()));
            return stored is null ? 0 : 1;
        }

        _context.CountSeed = _store.GetBytes(Keyspace.Meta, Keys.CountSeed) is { Length: 8 } seed
            ? BinaryPrimitives.ReadUInt64BigEndian(seed)
            : throw new StorageException("The data lacks the seed of its counts.");
        return stored[0];
    }

    /// <summary>Format 2 added row counts in blocks, format 3 the sizes of stored data.</summary>
    private void Upgrade(int from)
    {
        foreach (var core in _cores.Values)
        {
            if (from < 2)
            {
                CountsUpgrade.Run(_store, core.Number, _context.CountSeed);
            }

            SizesUpgrade.Run(_store, core.Number);
        }

        using var batch = _store.CreateBatch();
        var seed = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(seed, _context.CountSeed);
        batch.Put(Keyspace.Meta, Keys.CountSeed, seed);
        batch.Put(Keyspace.Meta, Keys.Format, [FormatVersion]);
        _store.Commit(batch, sync: true);
    }

    private void Renew()
    {
        using var batch = _store.CreateBatch();
        using (var rows = _store.Scan(Keyspace.Meta, Keys.CatalogueStart, Keys.CatalogueEnd))
        {
            var value = new ArrayBufferWriter<byte>(64);
            while (rows.MoveNext())
            {
                CatalogueRecord record;
                try
                {
                    record = CatalogueRecord.Read(rows.Value);
                }
                catch (Exception e) when (e is InvalidDataException or ArgumentException)
                {
                    // Opening the database reports the damage with its name.
                    continue;
                }

                value.ResetWrittenCount();
                (record with { Incarnation = _options.NewUuid(), CreatedAt = _time.GetUtcNow().ToUnixTimeMilliseconds() }).Write(value);
                batch.Put(Keyspace.Meta, rows.Key, value.WrittenSpan);
            }
        }

        _store.Commit(batch, sync: true);
    }

    private void Load()
    {
        if (_store.GetBytes(Keyspace.Meta, Keys.NextDatabase) is { } next)
        {
            _nextNumber = BinaryPrimitives.ReadUInt32BigEndian(next);
        }

        using var rows = _store.Scan(Keyspace.Meta, Keys.CatalogueStart, Keys.CatalogueEnd);
        while (rows.MoveNext())
        {
            var name = Encoding.UTF8.GetString(rows.Key[Keys.CatalogueStart.Length..]);
            try
            {
                Add(name, CatalogueRecord.Read(rows.Value));
                _cores[_databases[name]].PeekState();
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException)
            {
                throw new StorageException($"The database {name} is damaged: {e.Message}", e);
            }

            Updates.Add(name, DatabaseUpdateKind.Updated);
        }
    }

    /// <summary>Removes data of no database, and blobs whose upload was interrupted by the last stop.</summary>
    private void Sweep()
    {
        var known = new HashSet<uint>();
        foreach (var core in _cores.Values)
        {
            known.Add(core.Number);
        }

        foreach (var space in Contents)
        {
            try
            {
                Sweep(space, known);
            }
            catch (StorageException e) when (e.Fault == StorageFault.Damaged)
            {
                // A left-over only takes space; a later start removes it.
                _options.Damaged($"Leftovers of a crash in {space} could not be searched for: {e.Message}");
            }
        }
    }

    private void Sweep(Keyspace space, HashSet<uint> known)
    {
        using var cursor = _store.Scan(space, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        while (cursor.MoveNext())
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(cursor.Key);
            if (!known.Contains(number))
            {
                using var batch = _store.CreateBatch();
                DroppedDatabases.Put(batch, number, DroppedDatabases.WorthBytes);
                batch.DeleteRange(space, Number(number), Number(number + 1));
                _store.Commit(batch, sync: false);
            }
            else if (space == Keyspace.Documents)
            {
                ContentStore.RemoveUnfinished(_store, number);
            }

            cursor.Seek(Number(number + 1));
        }
    }

    private IReadOnlyList<DatabaseCore> Cores()
    {
        lock (_gate)
        {
            return [.. _cores.Values];
        }
    }

    private Database Add(string name, CatalogueRecord record)
    {
        var core = new DatabaseCore(name, record, _context);
        var database = new Database(core);
        lock (_gate)
        {
            _databases.Add(name, database);
            _names.Add(name);
            _cores.Add(database, core);
        }

        return database;
    }

    private void Store(string name, CatalogueRecord record)
    {
        using var batch = _store.CreateBatch();
        var value = new ArrayBufferWriter<byte>(64);
        record.Write(value);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Catalogue(ref key, name);
        batch.Put(Keyspace.Meta, key.Written, value.WrittenSpan);
        key.Dispose();
        value.ResetWrittenCount();
        DatabaseState.Initial.Write(value);
        var state = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref state, record.Number);
        batch.Put(Keyspace.Meta, state.Written, value.WrittenSpan);
        state.Dispose();
        batch.Put(Keyspace.Meta, Keys.NextDatabase, Number(record.Number + 1));
        _store.Commit(batch, sync: true);
    }

    private void Erase(string name, uint number, long bytes)
    {
        using var batch = _store.CreateBatch();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Catalogue(ref key, name);
        batch.Delete(Keyspace.Meta, key.Written);
        key.Dispose();
        var state = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.State(ref state, number);
        batch.Delete(Keyspace.Meta, state.Written);
        state.Dispose();
        var security = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Security(ref security, number);
        batch.Delete(Keyspace.Meta, security.Written);
        security.Dispose();
        foreach (var space in Contents)
        {
            batch.DeleteRange(space, Number(number), Number(number + 1));
        }

        DroppedDatabases.Put(batch, number, bytes);
        _store.Commit(batch, sync: true);
    }

    private static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
