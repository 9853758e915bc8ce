using System.Buffers.Binary;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// All indexes of a node, by the incarnation of their database and their signature: design documents with the same signature share one.
/// </summary>
public sealed class IndexCatalogue : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Incarnation, string Signature), ViewIndex> _open = [];
    private readonly CancellationTokenSource _stopping = new();
    private bool _disposed;

    private IndexCatalogue(KeyValueStore store, IndexingOptions options)
    {
        Store = store;
        Options = options;
        Builds = new SemaphoreSlim(options.ConcurrentBuilds);
        Nodes = new NodeCache(options.CacheBytes);
    }

    internal KeyValueStore Store { get; }

    internal IndexingOptions Options { get; }

    /// <summary>Places for builds.</summary>
    internal SemaphoreSlim Builds { get; }

    /// <summary>Nodes that queries have looked at.</summary>
    internal NodeCache Nodes { get; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Opens what a store of derived data holds, and removes indexes of databases that are gone. The store stays the caller's.</summary>
    /// <param name="store">A store of its own (<c>RocksDbStore.OpenDerived</c>).</param>
    /// <param name="incarnations">The incarnations of the databases that there are.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PlatformNotSupportedException">There is no Unicode collation.</exception>
    public static IndexCatalogue Open(KeyValueStore store, IReadOnlySet<string> incarnations, IndexingOptions options)
    {
        JsonCollation.EnsureAvailable();
        var catalogue = new IndexCatalogue(store, options);
        foreach (var (incarnation, signature) in catalogue.Stored())
        {
            if (!incarnations.Contains(incarnation))
            {
                catalogue.Erase(incarnation, signature);
            }
        }

        return catalogue;
    }

    /// <summary>The index of a definition, which is made where there is none; nothing is built yet.</summary>
    /// <param name="database">The database.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="functions">Makes its functions, when they are needed; they are disposed of with the index.</param>
    /// <exception cref="DocumentException">503: the node is stopping.</exception>
    public ViewIndex Open(Database database, IndexDefinition definition, Func<ViewFunctions> functions)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                throw new DocumentException(DatabaseErrors.Stopping);
            }

            var name = (database.Incarnation, definition.Signature);
            if (!_open.TryGetValue(name, out var index))
            {
                var (number, seed) = FindOrCreate(name.Incarnation, name.Signature);
                index = new ViewIndex(this, database, definition, number, seed, functions);
                _open.Add(name, index);
            }

            return index;
        }
    }

    /// <summary>The signatures of the indexes that are stored for a database.</summary>
    public IReadOnlyList<string> Signatures(string incarnation) =>
        [.. Stored().Where(index => index.Incarnation == incarnation).Select(static index => index.Signature)];

    /// <summary>The indexes that are in use.</summary>
    public IReadOnlyList<ViewIndex> Opened
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values];
            }
        }
    }

    /// <summary>Brings the indexes of a database that are open up to date in the background.</summary>
    public void UpdateInBackground(Database database)
    {
        ViewIndex[] indexes;
        lock (_gate)
        {
            indexes = [.. _open.Values.Where(index => index.Database.Incarnation == database.Incarnation)];
        }

        foreach (var index in indexes)
        {
            index.UpdateInBackground();
        }
    }

    /// <summary>Removes an index (<c>_view_cleanup</c>, or after its database was deleted).</summary>
    /// <param name="incarnation">The incarnation of its database.</param>
    /// <param name="signature">Its signature.</param>
    public async Task RemoveAsync(string incarnation, string signature)
    {
        ViewIndex? index;
        lock (_gate)
        {
            _open.Remove((incarnation, signature), out index);
        }

        if (index is not null)
        {
            await index.DisposeAsync();
            Nodes.Remove(index.Number);
        }

        lock (_gate)
        {
            if (!_open.ContainsKey((incarnation, signature)))
            {
                Erase(incarnation, signature);
            }
        }
    }

    /// <summary>Ends builds; what they have written stays.</summary>
    public async ValueTask DisposeAsync()
    {
        ViewIndex[] indexes;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            indexes = [.. _open.Values];
        }

        await _stopping.CancelAsync();
        foreach (var index in indexes)
        {
            await index.DisposeAsync();
        }

        Store.Sync();
        _stopping.Dispose();
    }

    private (uint Number, ulong Seed) FindOrCreate(string incarnation, string signature)
    {
        var key = IndexKeys.Catalogue(incarnation, signature);
        var version = JsonCollation.Version;
        if (Store.GetBytes(IndexKeys.Space, key) is { Length: > 12 } stored)
        {
            if (Encoding.UTF8.GetString(stored.AsSpan(12)) == version)
            {
                return (BinaryPrimitives.ReadUInt32BigEndian(stored), BinaryPrimitives.ReadUInt64BigEndian(stored.AsSpan(4)));
            }

            // Built with another collation.
            Erase(incarnation, signature);
        }

        var number = Store.GetBytes(IndexKeys.Space, IndexKeys.NextNumber) is { } next ? BinaryPrimitives.ReadUInt32BigEndian(next) : 1;
        var seed = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(seed, Options.NewSeed());
        using var batch = Store.CreateBatch();
        batch.Put(IndexKeys.Space, IndexKeys.NextNumber, IndexKeys.Index(number + 1));
        batch.Put(IndexKeys.Space, key, [.. IndexKeys.Index(number), .. seed, .. Encoding.UTF8.GetBytes(version)]);
        Store.Commit(batch, sync: false);
        return (number, BinaryPrimitives.ReadUInt64BigEndian(seed));
    }

    private List<(string Incarnation, string Signature)> Stored()
    {
        var names = new List<(string Incarnation, string Signature)>();
        var prefix = IndexKeys.CataloguePrefix;
        using var entries = Store.Scan(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        while (entries.MoveNext())
        {
            var name = Encoding.UTF8.GetString(entries.Key[prefix.Length..]);
            var end = name.IndexOf('/', StringComparison.Ordinal);
            names.Add((name[..end], name[(end + 1)..]));
        }

        return names;
    }

    private void Erase(string incarnation, string signature)
    {
        var key = IndexKeys.Catalogue(incarnation, signature);
        if (Store.GetBytes(IndexKeys.Space, key) is { } stored)
        {
            var prefix = stored[..4];
            using var batch = Store.CreateBatch();
            batch.Delete(IndexKeys.Space, key);
            batch.DeleteRange(IndexKeys.Space, prefix, IndexKeys.After(prefix));
            Store.Commit(batch, sync: false);
            Store.Discard(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        }
    }
}
