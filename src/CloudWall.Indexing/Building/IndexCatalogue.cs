using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// All indexes of a node, by the incarnation of their database and their signature. Design documents with the same signature share an
/// index. Thread-safe. No lock that queries of other indexes take is held during input or output.
/// </summary>
public sealed class IndexCatalogue : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Incarnation, string Signature), OpenIndex> _open = [];
    private readonly StoredIndexes _stored;
    private readonly HashSet<(string Incarnation, string Signature)> _damaged = [];
    private readonly CancellationTokenSource _stopping = new();
    private long _uses;
    private bool _isLost;
    private bool _disposed;

    private IndexCatalogue(KeyValueStore store, IndexingOptions options)
    {
        Store = store;
        Options = options;
        _stored = new StoredIndexes(store, options.NewSeed, options.IsCurrent);
        Builds = new BuildTurns(options.ConcurrentBuilds, options.Time);
        Nodes = new NodeCache(options.CacheBytes);
    }

    internal KeyValueStore Store { get; }

    internal IndexingOptions Options { get; }

    /// <summary>Limits concurrent builds.</summary>
    internal BuildTurns Builds { get; }

    /// <summary>Caches the nodes that queries have read.</summary>
    internal NodeCache Nodes { get; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>
    /// Opens the indexes in a store of derived data. Removes indexes of deleted databases, indexes whose keys another version of the
    /// collation made, indexes whose rows another engine made, and the rows of indexes that were removed before. The caller keeps the
    /// ownership of the store.
    /// </summary>
    /// <param name="store">A store used by nothing else (<c>StorageEngine.OpenDerived</c>).</param>
    /// <param name="incarnations">The incarnations of the existing databases.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PlatformNotSupportedException">The runtime has no Unicode collation.</exception>
    public static IndexCatalogue Open(KeyValueStore store, IReadOnlySet<string> incarnations, IndexingOptions options)
    {
        JsonCollation.EnsureAvailable();
        store.ReclaimSuspended = false;
        var catalogue = new IndexCatalogue(store, options);
        var stored = catalogue._stored;
        foreach (var (incarnation, signature) in stored.List())
        {
            if (!incarnations.Contains(incarnation) || !stored.IsCurrent(incarnation, signature))
            {
                stored.Drop(incarnation, signature);
            }
        }

        foreach (var number in stored.Dropped())
        {
            stored.Erase(number);
        }

        return catalogue;
    }

    /// <summary>Opens the index of a definition, or creates an empty one. Builds nothing.</summary>
    /// <param name="database">The database.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="functions">Creates its functions when they are first needed. The index disposes of them.</param>
    /// <exception cref="DocumentException">503: the node is stopping. 404: the database has been deleted.</exception>
    public ViewIndex Open(Database database, IndexDefinition definition, Func<ViewFunctions> functions)
    {
        var name = (database.Incarnation, definition.Signature);
        while (true)
        {
            var (entry, isNew) = FindOrAddEntry(name);
            lock (entry.Gate)
            {
                if (entry.IsGone)
                {
                    continue;
                }

                if (entry.Index is null)
                {
                    var (number, seed) = FindOrCreate(name, definition.Engine);
                    entry.Index = new ViewIndex(this, database, definition, number, seed, functions);
                }

                entry.Index.IsAbandoned = false;
            }

            if (isNew)
            {
                CloseLeastUsed();
            }

            if (database.IsDeleted)
            {
                // A removal of all indexes of a deleted database may have listed them before this one existed.
                Report(RemoveAsync(name.Incarnation, name.Signature), database.Name);
                throw new DocumentException(_stopping.IsCancellationRequested ? DatabaseErrors.Stopping : DatabaseErrors.Deleted);
            }

            return entry.Index;
        }
    }

    /// <summary>The signatures of the indexes that are stored for a database.</summary>
    public IReadOnlyList<string> Signatures(string incarnation) =>
        [.. _stored.List().Where(index => index.Incarnation == incarnation).Select(static index => index.Signature)];

    /// <summary>The open indexes.</summary>
    public IReadOnlyList<ViewIndex> Opened
    {
        get
        {
            lock (_gate)
            {
                return [.. _open.Values.Select(static entry => entry.Index).OfType<ViewIndex>()];
            }
        }
    }

    /// <summary>
    /// Marks an index that its design document no longer defines. Builds of it that no query waits for end, until the index is opened
    /// again. Stored rows stay.
    /// </summary>
    /// <param name="incarnation">The incarnation of its database.</param>
    /// <param name="signature">Its signature.</param>
    public void Abandon(string incarnation, string signature)
    {
        lock (_gate)
        {
            if (_open.TryGetValue((incarnation, signature), out var entry) && entry.Index is { } index)
            {
                index.IsAbandoned = true;
            }
        }
    }

    /// <summary>
    /// Removes an index (for <c>_view_cleanup</c> and deleted databases). From now on the same definition opens a new index with rows of
    /// its own. Waits for a running build to end. The rows are erased at once, or when the last snapshot of them has released the store.
    /// </summary>
    /// <param name="incarnation">The incarnation of its database.</param>
    /// <param name="signature">Its signature.</param>
    /// <exception cref="StorageException">The disk failed.</exception>
    public async Task RemoveAsync(string incarnation, string signature) => await RemoveAsync(incarnation, signature, null, null);

    /// <summary>
    /// Removes an index in which damage was found, unless another caller has done so. The same definition then opens a new index, which
    /// is built from nothing.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="damage">The failure that showed the damage.</param>
    /// <returns>
    /// Whether a new build is worth while now. It is not after a second failure, since the disk may be failing for good.
    /// </returns>
    internal async Task<bool> DiscardAsync(ViewIndex index, StorageException damage)
    {
        try
        {
            var name = (index.Database.Incarnation, index.Definition.Signature);
            await RemoveAsync(name.Incarnation, name.Signature, index, damage);
            lock (_gate)
            {
                return _damaged.Add(name);
            }
        }
        catch (StorageException failure)
        {
            ReportLost(failure);
            return false;
        }
    }

    private (uint Number, ulong Seed) FindOrCreate((string Incarnation, string Signature) name, string engine)
    {
        try
        {
            return _stored.FindOrCreate(name.Incarnation, name.Signature, engine);
        }
        catch (StorageException failure) when (failure.IsOfDamagedDerived)
        {
            // The storage engine refuses all writes after it has met damage during a compaction.
            ReportLost(failure);
            throw;
        }
    }

    private void ReportLost(StorageException failure)
    {
        if (!Interlocked.Exchange(ref _isLost, true))
        {
            Options.Lost(failure);
        }
    }

    private async Task RemoveAsync(string incarnation, string signature, ViewIndex? only, StorageException? damage)
    {
        OpenIndex entry;
        uint? number;
        while (true)
        {
            try
            {
                (entry, _) = FindOrAddEntry((incarnation, signature));
            }
            catch (DocumentException)
            {
                // The node is stopping. The index is removed at a later start.
                return;
            }

            lock (entry.Gate)
            {
                if (entry.IsGone)
                {
                    // The index was closed meanwhile, but its stored rows still exist.
                    continue;
                }

                if (only is not null && entry.Index != only)
                {
                    return;
                }

                number = _stored.Drop(incarnation, signature);
                RemoveEntry((incarnation, signature), entry);
                break;
            }
        }

        if (damage is not null)
        {
            Options.Damaged(only!.Database.Name, damage);
        }

        if (entry.Index is { } index)
        {
            await index.DisposeAsync();
            index.Readers.WhenReleased(() => Erase(number, index.Database.Name));
        }
        else
        {
            Erase(number, string.Empty);
        }
    }

    /// <summary>Logs a failure of work that nothing awaits.</summary>
    internal void Report(Task work, string database) => work.ContinueWith(
        task => Options.Failed(database, task.Exception!.InnerException!),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        Options.Scheduler);

    /// <summary>Ends all builds. The steps that they have written stay.</summary>
    public async ValueTask DisposeAsync()
    {
        OpenIndex[] entries;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            entries = [.. _open.Values];
        }

        await _stopping.CancelApartAsync();
        Store.ReclaimSuspended = true;
        foreach (var entry in entries)
        {
            lock (entry.Gate)
            {
                entry.IsGone = true;
            }

            if (entry.Index is { } index)
            {
                await index.DisposeAsync();
            }
        }

        Store.Sync();
        Builds.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Finds the entry of a name, or adds one.</summary>
    private (OpenIndex Entry, bool IsNew) FindOrAddEntry((string Incarnation, string Signature) name)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                throw new DocumentException(DatabaseErrors.Stopping);
            }

            var isNew = !_open.TryGetValue(name, out var entry);
            if (isNew)
            {
                _open.Add(name, entry = new OpenIndex());
            }

            entry!.LastUse = ++_uses;
            return (entry, isNew);
        }
    }

    /// <summary>Removes an entry from the catalogue for good. The caller holds its lock.</summary>
    private void RemoveEntry((string Incarnation, string Signature) name, OpenIndex entry)
    {
        entry.IsGone = true;
        lock (_gate)
        {
            _open.Remove(name);
        }
    }

    /// <summary>Closes unused indexes, least recently used first.</summary>
    private void CloseLeastUsed()
    {
        KeyValuePair<(string Incarnation, string Signature), OpenIndex>[] candidates;
        int surplus;
        lock (_gate)
        {
            surplus = _open.Count - Options.MostOpen;
            candidates = surplus > 0 ? [.. _open.OrderBy(static open => open.Value.LastUse)] : [];
        }

        foreach (var (name, entry) in candidates)
        {
            if (surplus <= 0)
            {
                return;
            }

            lock (entry.Gate)
            {
                if (!entry.IsGone && entry.Index is { } index && index.TryClose())
                {
                    RemoveEntry(name, entry);
                    surplus--;
                }
            }
        }
    }

    private void Erase(uint? number, string database)
    {
        if (number is { } dropped)
        {
            Nodes.Remove(dropped);
            try
            {
                _stored.Erase(dropped);
            }
            catch (StorageException failure)
            {
                // The rows are erased when the indexes are opened next.
                Options.Failed(database, failure);
            }
        }
    }

    /// <summary>An index that is open, being opened or being removed. Whoever opens or removes it holds its lock.</summary>
    private sealed class OpenIndex
    {
        public Lock Gate { get; } = new();

        public ViewIndex? Index { get; set; }

        /// <summary>Whether the entry was removed from the catalogue, where its name now has another entry or none.</summary>
        public bool IsGone { get; set; }

        /// <summary>The catalogue's use count at the time of its last use.</summary>
        public long LastUse { get; set; }
    }
}
