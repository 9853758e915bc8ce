using CloudWall.Storage.Memory;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage;

/// <summary>
/// The storage of one node: the store of its documents, which is open as long as the engine, and a store of data that can be derived
/// from it again. A setting chooses the engine by name; no other room knows which one it is.
/// </summary>
public abstract class StorageEngine : IDisposable
{
    /// <summary>The engine that is used unless a setting says otherwise.</summary>
    public const string Default = "rocksdb";

    /// <summary>The names of all engines.</summary>
    public static IReadOnlyList<string> Names { get; } = [Default, "memory"];

    /// <summary>The store of the documents. The engine owns it, unless it was given to <see cref="Of"/>.</summary>
    public abstract KeyValueStore Main { get; }

    /// <summary>The files that were missing or not whole when the store was opened; what lies in them fails to be read.</summary>
    public virtual IReadOnlyList<DamagedTable> DamagedTables => [];

    /// <summary>
    /// Commits that were safe once and are missing; null where none are. It is reported at each start until <see cref="AcceptLoss"/>.
    /// </summary>
    public virtual StoreLoss? Loss => null;

    /// <summary>Whether derived data outlives the process.</summary>
    public virtual bool KeepsDerived => false;

    /// <summary>Whether the derived data was given up (<see cref="GiveUpDerived"/>) when it was last in use.</summary>
    public virtual bool IsDerivedGivenUp => false;

    /// <summary>Opens the storage of a node, and makes it where there is none.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Where the data is, and limits.</param>
    /// <exception cref="StorageException">The data is in use, cannot be used, or is damaged beyond recovery.</exception>
    public static StorageEngine Open(string name, StorageOptions options) => name switch
    {
        Default => new RocksDbEngine(options, readOnly: false),
        "memory" => new MemoryEngine(new MemoryStore(), ownsMain: true),
        _ => throw NoEngine(name),
    };

    /// <summary>Opens the storage of a stopped node to check it. Nothing is changed, and nothing can be written.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Where the data is, and limits.</param>
    /// <exception cref="StorageException">There is none, or it cannot be read.</exception>
    public static StorageEngine OpenReadOnly(string name, StorageOptions options) => name switch
    {
        Default => new RocksDbEngine(options, readOnly: true),
        "memory" => throw new StorageException("The engine memory keeps nothing that could be checked."),
        _ => throw NoEngine(name),
    };

    /// <summary>Takes a store for the documents that somebody else owns and disposes of; derived data is kept in memory.</summary>
    public static StorageEngine Of(KeyValueStore store) => new MemoryEngine(store, ownsMain: false);

    /// <summary>Goes on without what is missing. Call it when all that must know of the <see cref="Loss"/> is safe in the store.</summary>
    /// <exception cref="StorageException">It cannot be noted.</exception>
    public virtual void AcceptLoss()
    {
    }

    /// <summary>
    /// Opens the store of derived data, whose one keyspace is <see cref="Keyspace.Meta"/>. A crash may undo its last commits unless they
    /// were followed by a <see cref="KeyValueStore.Sync"/>, but always from some commit on. The caller disposes of it, before the engine.
    /// </summary>
    /// <exception cref="StorageException">It cannot be used, or is damaged: <see cref="EraseDerived"/>.</exception>
    public abstract KeyValueStore OpenDerived();

    /// <summary>Deletes all derived data. The store of it must be closed.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be deleted.</exception>
    public virtual void EraseDerived()
    {
    }

    /// <summary>Notes that the derived data cannot be written any more, and is to be erased at the next start.</summary>
    /// <exception cref="StorageException">That cannot be noted.</exception>
    public virtual void GiveUpDerived()
    {
    }

    /// <summary>Reads all derived data, and changes nothing.</summary>
    /// <returns>What is damaged, for people: nothing where all can be read, or where there is none.</returns>
    public virtual IReadOnlyList<string> FindDamageInDerived() => [];

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the documents' store.</summary>
    protected abstract void Dispose(bool disposing);

    private static ArgumentException NoEngine(string name) => new($"There is no storage engine {name}.", nameof(name));
}
