using CloudWall.Documents.Databases;
using CloudWall.Indexing.Building;
using CloudWall.Node.Logging;
using CloudWall.Node.Resources;
using CloudWall.Settings;
using CloudWall.Storage;

namespace CloudWall.Node.Disk;

/// <summary>
/// Where a node's databases and indexes are: what the setting's engine keeps in the data directory, or a store that the node was given.
/// What is damaged or missing there is told to the log.
/// </summary>
/// <param name="directory">The data directory; null for none.</param>
/// <param name="given">The store to use instead of one there; it stays the caller's.</param>
/// <param name="files">How many files the stores may have open.</param>
/// <param name="log">The log.</param>
internal sealed class NodeStores(DataDirectory? directory, KeyValueStore? given, FileBudget files, NodeLog log) : IDisposable
{
    private StorageEngine? _storage;
    private KeyValueStore? _derived;

    /// <summary>Where the databases are, for messages.</summary>
    public string Place => directory?.Store ?? "the store";

    /// <summary>Opens the databases.</summary>
    /// <param name="name">The storage engine's name.</param>
    /// <param name="engine">What the databases are opened with.</param>
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
            + "All databases have other update sequences now: whoever replicates with this node compares everything anew, and brings back "
            + "what it has.");
        var databases = DatabaseCatalogue.Open(store, engine, time, renew: true);
        _storage.AcceptLoss();
        return databases;
    }

    /// <summary>Opens the indexes; where they are damaged they are made anew. The databases have been opened before.</summary>
    /// <param name="open">Opens them in a store.</param>
    /// <exception cref="StorageException">They can neither be opened nor made anew.</exception>
    public IndexCatalogue OpenIndexes(Func<KeyValueStore, IndexCatalogue> open)
    {
        var storage = _storage!;
        if (storage.IsDerivedGivenUp)
        {
            log.Write(LogLevel.Warning, "The indexes were damaged when the node ran last, and are made anew.");
            storage.EraseDerived();
        }

        try
        {
            _derived = storage.OpenDerived();
            return open(_derived);
        }
        catch (StorageException e) when (storage.KeepsDerived)
        {
            // All of it can be made anew.
            log.Write(LogLevel.Warning, $"The indexes in {directory?.Indexes} are damaged, and are made anew: {e.Message}");
            _derived?.Dispose();
            storage.EraseDerived();
            _derived = storage.OpenDerived();
            return open(_derived);
        }
    }

    /// <summary>Notes that nothing can be done for damaged indexes while the node runs.</summary>
    public void GiveIndexesUp(StorageException failure)
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

    /// <summary>Closes the stores that were opened. Databases and indexes have been closed before.</summary>
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
