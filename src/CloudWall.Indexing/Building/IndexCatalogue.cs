using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// All indexes of a node, by the incarnation of their database and their signature: design documents with the same signature share one.
/// Safe for use from many threads. No lock that a query of another index takes is held while the store is read or written.
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

    /// <summary>Places for builds.</summary>
    internal BuildTurns Builds { get; }

    /// <summary>Nodes that queries have looked at.</summary>
    internal NodeCache Nodes { get; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>
    /// Opens what a store of derived data holds. Removes indexes of databases that are gone, those whose keys another version of the
    /// collation made, those whose rows another engine made, and what is left of those that were removed before. The store stays the
    /// caller's.
    /// </summary>
    /// <param name="store">A store of its own (<c>StorageEngine.OpenDerived</c>).</param>
    /// <param name="incarnations">The incarnations of the databases that there are.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="PlatformNotSupportedException">There is no Unicode collation.</exception>
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

    /// <summary>The index of a definition, which is made where there is none; nothing is built yet.</summary>
    /// <param name="database">The database.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="functions">Makes its functions, when they are needed; they are disposed of with the index.</param>
    /// <exception cref="DocumentException">503: the node is stopping. 404: the database has been deleted.</exception>
    public ViewIndex Open(Database database, IndexDefinition definition, Func<ViewFunctions> functions)
    {
        var name = (database.Incarnation, definition.Signature);
        while (true)
        {
            var (entry, isNew) = Enter(name);
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
                // Whoever removes the indexes of a deleted database may have looked for them too early to see this one.
                Report(RemoveAsync(name.Incarnation, name.Signature), database.Name);
                throw new DocumentException(_stopping.IsCancellationRequested ? DatabaseErrors.Stopping : DatabaseErrors.Deleted);
            }

            return entry.Index;
        }
    }

    /// <summary>The signatures of the indexes that are stored for a database.</summary>
    public IReadOnlyList<string> Signatures(string incarnation) =>
        [.. _stored.List().Where(index => index.Incarnation == incarnation).Select(static index => index.Signature)];

    /// <summary>The indexes that are open.</summary>
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
    /// Tells that a design document does not ask for an index any more. If it is open, a build that nobody waits for ends, until somebody
    /// opens the index again. What is stored stays.
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
    /// Removes an index (<c>_view_cleanup</c>, or after its database was deleted). Nobody finds it from now on: whoever opens the same
    /// definition gets a new one, with rows of its own. Waits for a build to end. Its rows go at once or, where they are being read, when
    /// the last reader has let go of them.
    /// </summary>
    /// <param name="incarnation">The incarnation of its database.</param>
    /// <param name="signature">Its signature.</param>
    /// <exception cref="StorageException">The disk failed.</exception>
    public async Task RemoveAsync(string incarnation, string signature) => await RemoveAsync(incarnation, signature, null, null);

    /// <summary>
    /// Removes an index in which damage was met, unless that has been done: whoever opens the definition again gets a new one, which is
    /// built from nothing.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="damage">What was met.</param>
    /// <returns>
    /// Whether it is worth while to begin anew at once. It is not where that has been done before: the disk may fail for good.
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
            Lose(failure);
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
            // The engine writes nothing more once it has met damage while it put files together.
            Lose(failure);
            throw;
        }
    }

    private void Lose(StorageException failure)
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
                (entry, _) = Enter((incarnation, signature));
            }
            catch (DocumentException)
            {
                // The node is stopping; it is removed another time.
                return;
            }

            lock (entry.Gate)
            {
                if (entry.IsGone)
                {
                    // It was closed meanwhile; what is stored of it is still there.
                    continue;
                }

                if (only is not null && entry.Index != only)
                {
                    return;
                }

                number = _stored.Drop(incarnation, signature);
                Leave((incarnation, signature), entry);
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

    /// <summary>Tells of a failure that nobody waits for.</summary>
    internal void Report(Task work, string database) => work.ContinueWith(
        task => Options.Failed(database, task.Exception!.InnerException!),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        Options.Scheduler);

    /// <summary>Ends builds; what they have written stays.</summary>
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

        await _stopping.CancelAsync();
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
        _stopping.Dispose();
    }

    /// <summary>The entry of a name, which is made where there is none.</summary>
    private (OpenIndex Entry, bool IsNew) Enter((string Incarnation, string Signature) name)
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

    /// <summary>Takes an entry, whose lock is held, out of the catalogue for good.</summary>
    private void Leave((string Incarnation, string Signature) name, OpenIndex entry)
    {
        entry.IsGone = true;
        lock (_gate)
        {
            _open.Remove(name);
        }
    }

    /// <summary>Closes indexes that are not in use, those first that were not used for longest.</summary>
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
                    Leave(name, entry);
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
                // It is done when the indexes are opened next.
                Options.Failed(database, failure);
            }
        }
    }

    /// <summary>An index that is open, or is being opened or removed: whoever does that holds its lock.</summary>
    private sealed class OpenIndex
    {
        public Lock Gate { get; } = new();

        public ViewIndex? Index { get; set; }

        /// <summary>Whether it has left the catalogue: the name has another entry, or none.</summary>
        public bool IsGone { get; set; }

        /// <summary>When it was last asked for, in uses of the catalogue.</summary>
        public long LastUse { get; set; }
    }
}
