using CloudWall.Storage;

namespace CloudWall.Documents.Databases;

/// <summary>All databases of a node, by name.</summary>
public sealed class DatabaseCatalogue : IAsyncDisposable
{
    private DatabaseCatalogue() => Updates = null!;

    /// <summary>Every creation, update and deletion of a database (<c>_db_updates</c>).</summary>
    public DatabaseUpdates Updates { get; }

    /// <summary>All names, in the order of their bytes.</summary>
    public IReadOnlyList<string> Names => throw new NotImplementedException();

    /// <summary>Opens what a store holds, and removes what a crash has left half done. The store stays the caller's.</summary>
    /// <exception cref="StorageException">The disk failed, or the format is newer than this program knows.</exception>
    public static DatabaseCatalogue Open(KeyValueStore store, EngineOptions options, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Creates a database.</summary>
    /// <param name="name">Its name, validated by the caller.</param>
    /// <param name="options">What never changes afterwards.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="DocumentException">412 <c>file_exists</c>.</exception>
    public Task<Database> CreateAsync(string name, DatabaseOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Looks a database up.</summary>
    /// <returns>Null where there is none of that name.</returns>
    public Database? Find(string name) => throw new NotImplementedException();

    /// <summary>Deletes a database with all that is in it.</summary>
    /// <returns>False where there was none.</returns>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Ends waiting readers, finishes what has been accepted, and makes it safe.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
