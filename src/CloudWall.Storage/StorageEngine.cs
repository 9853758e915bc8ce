using CloudWall.Storage.Memory;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage;

/// <summary>
/// The storage of one node: the main store of the documents, open as long as the engine, and a store of derived data, which can be rebuilt
/// from it. A setting chooses the engine by name; other rooms do not know which one is in use.
/// </summary>
public abstract class StorageEngine : IDisposable
{
    /// <summary>The default engine.</summary>
    public const string Default = "rocksdb";

    /// <summary>The names of all engines.</summary>
    public static IReadOnlyList<string> Names { get; } = [Default, "memory"];

    /// <summary>The store of the documents. The engine owns it, except if it was passed to <see cref="Of"/>.</summary>
    public abstract KeyValueStore Main { get; }

    /// <summary>The table files that were missing or truncated when the store was opened. Reads of their ranges fail.</summary>
    public virtual IReadOnlyList<DamagedTable> DamagedTables => [];

    /// <summary>Durable commits that are missing; null if none are. Every start reports them until <see cref="AcceptLoss"/>.</summary>
    public virtual StoreLoss? Loss => null;

    /// <summary>Whether derived data outlives the process.</summary>
    public virtual bool KeepsDerived => false;

    /// <summary>Whether the previous process marked the derived data as unusable (<see cref="GiveUpDerived"/>).</summary>
    public virtual bool IsDerivedGivenUp => false;

    /// <summary>Opens the storage of a node. Creates it if missing.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Paths and limits.</param>
    /// <exception cref="StorageException">The data is in use, cannot be accessed, or is damaged beyond recovery.</exception>
    public static StorageEngine Open(string name, StorageOptions options) => name switch
    {
        Default => new RocksDbEngine(options, readOnly: false),
        "memory" => new MemoryEngine(new MemoryStore(), ownsMain: true),
        _ => throw NoEngine(name),
    };

    /// <summary>Opens the storage of a stopped node read-only, for a check.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Paths and limits.</param>
    /// <exception cref="StorageException">The storage does not exist or cannot be read.</exception>
    public static StorageEngine OpenReadOnly(string name, StorageOptions options) => name switch
    {
        Default => new RocksDbEngine(options, readOnly: true),
        "memory" => throw new StorageException("The engine memory keeps nothing that could be checked."),
        _ => throw NoEngine(name),
    };

    /// <summary>Creates an engine over a store that the caller owns and disposes. Derived data is kept in memory.</summary>
    public static StorageEngine Of(KeyValueStore store) => new MemoryEngine(store, ownsMain: false);

    /// <summary>
    /// Continues without the lost commits. Call it after everything that must react to the <see cref="Loss"/> is durable.
    /// </summary>
    /// <exception cref="StorageException">The acceptance cannot be recorded.</exception>
    public virtual void AcceptLoss()
    {
    }

    /// <summary>
    /// Opens the store of derived data, whose only keyspace is <see cref="Keyspace.Meta"/>. A crash may lose the commits since the last
    /// <see cref="KeyValueStore.Sync"/>, but never leaves a gap. The caller disposes it before the engine.
    /// </summary>
    /// <exception cref="StorageException">The store cannot be accessed or is damaged; <see cref="EraseDerived"/> deletes it.</exception>
    public abstract KeyValueStore OpenDerived();

    /// <summary>Deletes all derived data. Its store must be closed.</summary>
    /// <exception cref="IOException">The data cannot be deleted.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not delete the data.</exception>
    public virtual void EraseDerived()
    {
    }

    /// <summary>Records that the derived data cannot be written any more, so that the next start erases it.</summary>
    /// <exception cref="StorageException">The record cannot be written.</exception>
    public virtual void GiveUpDerived()
    {
    }

    /// <summary>Reads all derived data without changing it.</summary>
    /// <returns>The damage found, in words for the administrator; empty if everything is readable or nothing exists.</returns>
    public virtual IReadOnlyList<string> FindDamageInDerived() => [];

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the main store.</summary>
    protected abstract void Dispose(bool disposing);

    private static ArgumentException NoEngine(string name) => new($"There is no storage engine {name}.", nameof(name));
}
