using CloudWall.Documents.Databases;
using CloudWall.Indexing.Building;
using CloudWall.Node.Logging;
using CloudWall.Node.Resources;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node.Disk;

/// <summary>
/// Opens the stores of a node's databases and indexes: in the data directory, with the engine that a setting names, or a store that the
/// node was given. Logs damaged and missing data.
/// </summary>
/// <param name="directory">The data directory; null for none.</param>
/// <param name="given">A store to use instead of the data directory. The caller keeps the ownership.</param>
/// <param name="files">Limits the number of files that the stores have open.</param>
/// <param name="log">The log.</param>
internal sealed class NodeStores(DataDirectory? directory, KeyValueStore? given, FileBudget files, NodeLog log) : IDisposable
{
    private StorageEngine? _storage;
    private KeyValueStore? _derived;

    /// <summary>The location of the databases, for messages.</summary>
    public string Place => directory?.Store ?? "the store";

    /// <summary>Opens the databases.</summary>
    /// <param name="name">The storage engine's name.</param>
    /// <param name="engine">The options of the databases.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StorageException">They cannot be opened.</exception>
    public DatabaseCatalogue OpenDatabases(string name, EngineOptions engine, TimeProvider time)
    {
        _storage = OpenStorage(name);
        var store = _storage.Main;
        if (_storage.DamagedTables.Count > 0)
        {
            var names = DatabaseCatalogue.ReadNames(store);
            foreach (var table in _storage.DamagedTables)
            {
                log.Write(LogLevel.Error, DamageReport.Of(table, names));
            }
        }

        if (_storage.Loss is not { } loss)
        {
            return DatabaseCatalogue.Open(store, engine, time);
        }

        var kept = loss.KeptIn is { } found ? $" The log is kept as it was found in {found}." : string.Empty;
        log.Write(
            LogLevel.Error,
            $"Writes may be missing from {directory?.Store}. {loss.Explanation}{kept} "
            + "All databases now have new update sequences, so replications with this node compare all documents again and bring back "
            + "those that the other side has.");
        var databases = DatabaseCatalogue.Open(store, engine, time, renew: true);
        _storage.AcceptLoss();
        return databases;
    }

    /// <summary>
    /// Opens the indexes, and replaces damaged ones with an empty store. Where the system refuses to open
    /// them, they are left as they are. Called after the databases are open.
    /// </summary>
    /// <param name="open">Opens the indexes in a store.</param>
    /// <exception cref="StorageException">The indexes can neither be opened nor replaced.</exception>
    /// <exception cref="ConfigurationException">The system refuses to open them.</exception>
    public IndexCatalogue OpenIndexes(Func<KeyValueStore, IndexCatalogue> open)
    {
        var storage = _storage!;
        if (storage.IsDerivedGivenUp)
        {
            log.Write(LogLevel.Warning, "The indexes were damaged when the node ran last, and are made anew.");
            Erase(storage);
        }

        try
        {
            _derived = storage.OpenDerived();
            return open(_derived);
        }
        catch (StorageException e) when (storage.KeepsDerived && e.Fault is StorageFault.System or StorageFault.DiskFull)
        {
            throw new ConfigurationException(
                $"The indexes in {directory?.Indexes} cannot be opened, and are left as they are: {e.Message}", e);
        }
        catch (StorageException e) when (storage.KeepsDerived)
        {
            // All indexes can be rebuilt.
            log.Write(LogLevel.Warning, $"The indexes in {directory?.Indexes} are damaged, and are made anew: {e.Message}");
            _derived?.Dispose();
            Erase(storage);
            _derived = storage.OpenDerived();
            return open(_derived);
        }
    }

    /// <summary>Marks the indexes for deletion at the next start, because the store cannot be repaired while the node runs.</summary>
    public void MarkIndexesForDeletion(StorageException failure)
    {
        var when = "when the node is started next";
        try
        {
            _storage!.GiveUpDerived();
        }
        catch (StorageException)
        {
            when = $"once {directory?.Indexes} is deleted, while the node is stopped";
        }

        log.Write(LogLevel.Error, $"The indexes are damaged, and are made anew {when}: {failure.Message}");
    }

    /// <summary>Closes the stores. The databases and the indexes are closed before.</summary>
    public void Dispose()
    {
        try
        {
            _derived?.Dispose();
        }
        finally
        {
            _storage?.Dispose();
        }
    }

    private void Erase(StorageEngine storage)
    {
        try
        {
            storage.EraseDerived();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The indexes in {directory?.Indexes} are damaged, and cannot be deleted: {e.Message}", e);
        }
    }

    private StorageEngine OpenStorage(string name)
    {
        if (given is not null)
        {
            return StorageEngine.Of(given);
        }

        var place = directory ?? throw new ConfigurationException("A node needs a data directory, or a store.");
        return StorageEngine.Open(
            name,
            new StorageOptions
            {
                Directory = place.Store,
                DerivedDirectory = place.Indexes,
                MarkFile = place.Synced,
                MaxOpenFiles = files.DocumentTables,
                MaxDerivedFiles = files.IndexTables,
            });
    }
}
