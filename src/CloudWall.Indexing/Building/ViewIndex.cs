using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// The index of one definition in one database. Safe for use from many threads: readers have snapshots, and one build runs at a time,
/// which all wait for that need it. The catalogue disposes of it.
/// </summary>
public sealed class ViewIndex : IAsyncDisposable
{
    /// <summary>Bytes of rows that are worth a compaction of their own.</summary>
    private const long LargeIndex = 1 << 20;

    private readonly Lock _gate = new();
    private readonly IndexCatalogue _catalogue;
    private readonly uint _number;
    private readonly ulong _seed;
    private readonly Lazy<IReadOnlyList<IReadOnlyList<Reducer>>> _reducers;
    private readonly Lazy<ViewFunctions> _functions;
    private readonly CancellationTokenSource _removing = new();
    private readonly IndexReaders _readers = new();
    private volatile bool _isClosed;
    private volatile bool _isAbandoned;
    private Task? _running;
    private Task? _compaction;
    private volatile IndexBuild? _build;
    private volatile IndexState? _built;
    private int _waiting;

    internal ViewIndex(
        IndexCatalogue catalogue, Database database, IndexDefinition definition, uint number, ulong seed, Func<ViewFunctions> functions)
    {
        _catalogue = catalogue;
        Database = database;
        Definition = definition;
        _number = number;
        _seed = seed;
        _functions = new Lazy<ViewFunctions>(functions);
        _reducers = new Lazy<IReadOnlyList<IReadOnlyList<Reducer>>>(() =>
            [.. definition.Views.Select(view => (IReadOnlyList<Reducer>)[.. view.Reductions.Select(source => Reducer.Create(source, _functions.Value))])]);
    }

    /// <summary>The database.</summary>
    public Database Database { get; }

    /// <summary>What the index is made of.</summary>
    public IndexDefinition Definition { get; }

    internal uint Number => _number;

    internal IReadOnlyList<IReadOnlyList<Reducer>> Reducers => _reducers.Value;

    internal IndexReaders Readers => _readers;

    /// <summary>
    /// Brings the index up to what the database is now (<c>update=true</c>): waits for a build that is running, and begins another where
    /// that one may have begun too early.
    /// </summary>
    /// <param name="cancellation">Gives up waiting; the build goes on.</param>
    /// <returns>False where the index has been removed or closed meanwhile: it is to be opened anew.</returns>
    /// <exception cref="DocumentException">
    /// The functions failed, the database was deleted, or the node is stopping. 507: there is no room on the disk.
    /// </exception>
    public async Task<bool> UpdateAsync(CancellationToken cancellation)
    {
        var target = Database.UpdateSequence;
        var purges = Database.PurgeSequence;
        Interlocked.Increment(ref _waiting);
        try
        {
            while (true)
            {
                var build = Begin(target, purges, isAwaited: true);
                if (build is null)
                {
                    return !_isClosed;
                }

                await build.WaitAsync(cancellation);
            }
        }
        catch (StorageException damage) when (damage.IsOfDamagedDerived)
        {
            if (!await _catalogue.DiscardAsync(this, damage))
            {
                throw;
            }

            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Begins to bring the index up to date, and does not wait (<c>update=lazy</c>).</summary>
    public void UpdateInBackground()
    {
        if (Database.IsDeleted)
        {
            return;
        }

        var build = Begin(Database.UpdateSequence, Database.PurgeSequence, isAwaited: false);
        if (build is not null)
        {
            _catalogue.Report(build, Database.Name);
        }
    }

    /// <summary>Opens a view for reading, as it is now; to be disposed of soon.</summary>
    /// <param name="view">Which of the views (<see cref="IndexDefinition.Views"/>).</param>
    /// <returns>Null where the index has been removed or closed meanwhile: it is to be opened anew.</returns>
    public ViewSnapshot? TryRead(int view)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(view, Definition.Views.Count);
        if (!_readers.TryOpen())
        {
            return null;
        }

        try
        {
            return new ViewSnapshot(_catalogue, this, view);
        }
        catch (Exception failure)
        {
            _readers.Release();
            _readers.End();
            Heed(failure);
            throw;
        }
    }

    /// <summary>Opens a view for reading, as it is now; to be disposed of soon.</summary>
    /// <param name="view">Which of the views (<see cref="IndexDefinition.Views"/>).</param>
    /// <exception cref="DocumentException">404: the index has been removed or closed.</exception>
    public ViewSnapshot Read(int view) => TryRead(view) ?? throw ViewSnapshot.Removed();

    /// <summary>What <c>_info</c> tells of an index.</summary>
    public IndexInfo ReadInfo()
    {
        try
        {
            return ReadStoredInfo();
        }
        catch (StorageException failure)
        {
            Heed(failure);
            throw;
        }
    }

    private IndexInfo ReadStoredInfo()
    {
        using var snapshot = _catalogue.Store.Snapshot();
        var state = IndexWriter.Read(snapshot, _number, Definition.Views.Count);
        var prefix = IndexKeys.Index(_number);
        var size = _catalogue.Store.ApproximateSize(IndexKeys.Space, prefix, IndexKeys.After(prefix));
        var rows = state.Views.Sum(static view => view.Bytes);

        // Progress and the views' numbers take a little beside the rows.
        var most = Math.Max(0, size - state.Write().Length);
        lock (_gate)
        {
            return new IndexInfo(
                Definition.Signature,
                state.UpdateSequence,
                state.PurgeSequence,
                size,
                Math.Min(most, rows),
                rows,
                _running is { IsCompleted: false },
                Volatile.Read(ref _waiting));
        }
    }

    /// <summary>How far the build that is running has come; null where none is.</summary>
    public IndexProgress? Progress => _build?.Progress;

    /// <summary>Whether space of it is being returned.</summary>
    public bool IsCompacting => Volatile.Read(ref _compaction) is { IsCompleted: false };

    /// <summary>
    /// Returns the space of rows that are gone, and puts the files in order that the making of a whole index has left, so that queries need
    /// not look into all of them. Does nothing while that is being done.
    /// </summary>
    public void CompactInBackground()
    {
        lock (_gate)
        {
            if (!_isClosed && _compaction is null or { IsCompleted: true })
            {
                _compaction = Task.Factory.StartNew(
                    CompactFiles, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _catalogue.Options.Scheduler);
                _catalogue.Report(_compaction, Database.Name);
            }
        }
    }

    /// <summary>Removes the index where a reader has met damage in it. The reader fails; who comes next finds another index.</summary>
    internal void Heed(Exception failure)
    {
        if (failure is StorageException { IsOfDamagedDerived: true } damage)
        {
            // It is out of the catalogue when this returns. Its rows go when nobody reads them any more.
            _catalogue.Report(_catalogue.DiscardAsync(this, damage), Database.Name);
        }
    }

    /// <summary>
    /// Whether no design document asks for the index any more, as far as is known: builds that nobody waits for end then.
    /// </summary>
    internal bool IsAbandoned
    {
        get => _isAbandoned;
        set => _isAbandoned = value;
    }

    /// <summary>
    /// Closes the index where nobody uses it: no build, no compaction, no snapshot. Whoever has it still is told to open it anew.
    /// </summary>
    internal bool TryClose()
    {
        lock (_gate)
        {
            return _isClosed = _isClosed || (IsIdle(_running) && IsIdle(_compaction) && _readers.TryClose());
        }

        static bool IsIdle(Task? work) => work is null or { IsCompleted: true };
    }

    /// <summary>Ends its builds for good; what they have written stays, and so do snapshots.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? running;
        Task? compaction;
        lock (_gate)
        {
            _isClosed = true;
            _readers.Close();
            running = _running;
            compaction = _compaction;
        }

        await _removing.CancelAsync();
        await (running ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (compaction ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (_functions.IsValueCreated)
        {
            _functions.Value.Dispose();
        }

        _removing.Dispose();
    }

    /// <summary>Whether a build that is running is of use to anyone.</summary>
    private bool IsWanted => !_isAbandoned || Volatile.Read(ref _waiting) > 0;

    private void CompactFiles()
    {
        try
        {
            var prefix = IndexKeys.Index(_number);
            _catalogue.Store.Reclaim([IndexKeys.Space], prefix, IndexKeys.After(prefix));
        }
        catch (OperationCanceledException)
        {
            // The node is stopping.
        }
    }

    private Task? Begin(long target, long purges, bool isAwaited)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            var now = _built ??= IndexWriter.Read(_catalogue.Store, _number, Definition.Views.Count);
            if (now.HasNodes
                && now.UpdateSequence >= target
                && now.UpdateSequence <= Database.UpdateSequence
                && now.PurgeSequence >= purges
                && now.PurgeSequence <= Database.PurgeSequence)
            {
                return null;
            }

            if (_running is null or { IsCompleted: true })
            {
                if (_catalogue.Options.Refuse(isAwaited) is { } refusal)
                {
                    return isAwaited ? throw new DocumentException(refusal) : null;
                }

                _running = StartAsync();
            }

            // The one that runs may not see what is waited for; whether it did is found out when it is done.
            return _running;
        }
    }

    private Task StartAsync() =>
        Task.Factory.StartNew(BuildAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _catalogue.Options.Scheduler).Unwrap();

    private async Task BuildAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Database.Closing, _catalogue.Stopping, _removing.Token);
        try
        {
            using var turn = await _catalogue.Builds.TakeAsync(Database.Incarnation, stop.Token);
            try
            {
                var writer = new IndexWriter(_catalogue.Store, _number, _seed, Reducers);
                await using var build = new IndexBuild(
                    Database, Definition, _functions.Value, writer, _catalogue.Options, turn, () => IsWanted, stop.Token);
                _build = build;
                await build.RunAsync();
                if (build.WasEmpty && writer.State.Views.Sum(static view => view.Bytes) > LargeIndex)
                {
                    CompactInBackground();
                }
            }
            finally
            {
                _build = null;
                _built = null;
            }
        }
        catch (OperationCanceledException) when (_catalogue.Stopping.IsCancellationRequested || Database.Closing.IsCancellationRequested)
        {
            throw new DocumentException(_catalogue.Stopping.IsCancellationRequested ? DatabaseErrors.Stopping : DatabaseErrors.Deleted);
        }
        catch (OperationCanceledException) when (_removing.IsCancellationRequested || _isAbandoned)
        {
            // Whoever waits is told that it was removed, or begins another.
        }
    }
}
