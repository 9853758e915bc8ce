using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Building;

/// <summary>
/// The index of one definition in one database. Thread-safe: readers use snapshots, and one build at a time serves all queries that wait.
/// The catalogue disposes of it.
/// </summary>
public sealed class ViewIndex : IAsyncDisposable
{
    /// <summary>A full build of more than this many bytes of rows is followed by a compaction.</summary>
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

    /// <summary>The definition of the index.</summary>
    public IndexDefinition Definition { get; }

    internal uint Number => _number;

    internal IReadOnlyList<IReadOnlyList<Reducer>> Reducers => _reducers.Value;

    internal IndexReaders Readers => _readers;

    /// <summary>
    /// Brings the index up to the database's present state (<c>update=true</c>). Waits for a running build, and starts another where that
    /// one began too early to include all changes.
    /// </summary>
    /// <param name="cancellation">Cancels the wait; the build continues.</param>
    /// <returns>False where the index has been removed or closed meanwhile; the caller opens it again.</returns>
    /// <exception cref="DocumentException">
    /// The functions failed, the database was deleted, or the node is stopping. 507: the disk is full.
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

                await build.OrCancelledAsync(cancellation);
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

    /// <summary>Starts to bring the index up to date without waiting (<c>update=lazy</c>).</summary>
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

    /// <summary>Opens a snapshot of a view, which the caller disposes of soon.</summary>
    /// <param name="view">The number of the view (<see cref="IndexDefinition.Views"/>).</param>
    /// <returns>Null where the index has been removed or closed meanwhile; the caller opens it again.</returns>
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
            RemoveIfDamaged(failure);
            throw;
        }
    }

    /// <summary>Opens a snapshot of a view, which the caller disposes of soon.</summary>
    /// <param name="view">The number of the view (<see cref="IndexDefinition.Views"/>).</param>
    /// <exception cref="DocumentException">404: the index has been removed or closed.</exception>
    public ViewSnapshot Read(int view) => TryRead(view) ?? throw ViewSnapshot.Removed();

    /// <summary>The data of <c>_info</c>.</summary>
    public IndexInfo ReadInfo()
    {
        try
        {
            return ReadStoredInfo();
        }
        catch (StorageException failure)
        {
            RemoveIfDamaged(failure);
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

        // Progress, numbers of rows and sizes take a few bytes beside the rows.
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

    /// <summary>The progress of the running build; null where none runs, or where it has not counted the changes yet.</summary>
    public IndexProgress? Progress => _build?.Progress;

    /// <summary>Whether a compaction is running.</summary>
    public bool IsCompacting => Volatile.Read(ref _compaction) is { IsCompleted: false };

    /// <summary>
    /// Compacts the index: reclaims the space of removed rows, and merges the files of a full build, so that queries read fewer of them.
    /// Does nothing while a compaction is running.
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

    /// <summary>Removes the index where a reader's failure shows damage. That reader fails; the next one opens a new index.</summary>
    internal void RemoveIfDamaged(Exception failure)
    {
        if (failure is StorageException { IsOfDamagedDerived: true } damage)
        {
            // The index is out of the catalogue when this returns. Its rows are erased when the last reader has released them.
            _catalogue.Report(_catalogue.DiscardAsync(this, damage), Database.Name);
        }
    }

    /// <summary>Whether no design document is known to define the index. Builds that no query waits for end then.</summary>
    internal bool IsAbandoned
    {
        get => _isAbandoned;
        set => _isAbandoned = value;
    }

    /// <summary>
    /// Closes the index where it has no build, no compaction and no snapshot. Callers that still have it are told to open it again.
    /// </summary>
    internal bool TryClose()
    {
        lock (_gate)
        {
            return _isClosed = _isClosed || (IsIdle(_running) && IsIdle(_compaction) && _readers.TryClose());
        }

        static bool IsIdle(Task? work) => work is null or { IsCompleted: true };
    }

    /// <summary>Ends its builds for good. The steps that they have written stay, and snapshots remain valid.</summary>
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

        await _removing.CancelApartAsync();
        await (running ?? Task.CompletedTask).WithoutThrowing();
        await (compaction ?? Task.CompletedTask).WithoutThrowing();

        if (_functions.IsValueCreated)
        {
            _functions.Value.Dispose();
        }

        _removing.Dispose();
    }

    /// <summary>Whether the running build is of use.</summary>
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

            // The running build may have begun too early to include the awaited changes. UpdateAsync checks that when it ends.
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
            // Waiting queries learn that the index was removed, or start another build.
        }
    }
}
