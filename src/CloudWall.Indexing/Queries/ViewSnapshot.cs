using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>A view at one moment. One reader at a time reads its rows, before the snapshot is disposed of. Not thread-safe.</summary>
public sealed class ViewSnapshot : IDisposable
{
    /// <summary>
    /// Up to this many rows are reduced in one call, as in a single-leaf CouchDB B-tree; some reduce functions depend on it.
    /// </summary>
    private const int FewRows = 64;

    private readonly IndexCatalogue _catalogue;
    private readonly ViewIndex _owner;
    private readonly IndexReaders _readers;
    private readonly uint _index;
    private readonly int _view;
    private readonly ViewDefinition _definition;
    private readonly IReadOnlyList<Reducer> _reducers;
    private readonly int _views;
    private readonly IndexState _state;
    private KeyValueReader? _reader;
    private IndexState _read;
    private Action? _pause;
    private bool _isDisposed;

    /// <param name="catalogue">All indexes.</param>
    /// <param name="owner">The index, which counts its snapshots (<see cref="IndexReaders.TryOpen"/>).</param>
    /// <param name="view">The view's number.</param>
    internal ViewSnapshot(IndexCatalogue catalogue, ViewIndex owner, int view)
    {
        _catalogue = catalogue;
        _owner = owner;
        _readers = owner.Readers;
        _index = owner.Number;
        _view = view;
        _definition = owner.Definition.Views[view];
        _reducers = owner.Reducers[view];
        _views = owner.Definition.Views.Count;
        var reader = catalogue.Store.Snapshot();
        try
        {
            _state = _read = IndexWriter.Read(reader, _index, _views);
            _reader = reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary><c>total_rows</c>.</summary>
    public long TotalRows => _state.Views[_view].Rows;

    /// <summary>The database's update sequence that the view has reached (<c>update_seq</c>).</summary>
    public long UpdateSequence => _state.UpdateSequence;

    /// <summary>The last purge that the view has applied.</summary>
    public long PurgeSequence => _state.PurgeSequence;

    /// <summary>Reads rows.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>: the range's start comes after its end.</exception>
    public ViewRows ReadRows(ViewQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check(_definition.Order);
        var nodes = Nodes();
        try
        {
            var rows = new ViewRows(Rows(nodes), nodes, RowRange.Of(query, _definition.Order, LongKeys(), reduced: false), query, TotalRows)
            {
                Failed = _owner.RemoveIfDamaged,
            };
            _pause = rows.Release;
            return rows;
        }
        catch (StorageException failure)
        {
            _owner.RemoveIfDamaged(failure);
            throw;
        }
    }

    /// <summary>Reads groups of rows and their reductions.</summary>
    /// <param name="reduction">The number of the reduce function within the view.</param>
    /// <param name="query">The rows to read, and their grouping.</param>
    /// <param name="cancellation">Cancels reduce functions.</param>
    /// <param name="announcedAbove">See <see cref="ReducedRows.AnnouncedAbove"/>.</param>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>: the range's start comes after its end.</exception>
    public ReducedRows ReadReduced(int reduction, ViewQuery query, CancellationToken cancellation, long announcedAbove = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegative(reduction);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(reduction, _reducers.Count);
        query.Check(_definition.Order);
        var nodes = Nodes();
        var rows = new ReducedRows(
            Rows(nodes),
            nodes,
            _reducers[reduction],
            reduction,
            RowRange.Of(query, _definition.Order, LongKeys(), reduced: true),
            query,
            _definition.Order,
            cancellation)
        {
            Failed = _owner.RemoveIfDamaged,
            AnnouncedAbove = announcedAbove,
        };
        _pause = rows.Release;
        return rows;
    }

    /// <summary>
    /// Releases the store while a client is slow. The reader later continues from the same position in the view's state at that time.
    /// </summary>
    public void Pause()
    {
        _pause?.Invoke();
        Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        if (!_isDisposed)
        {
            _isDisposed = true;
            _readers.End();
        }
    }

    internal static DocumentException Removed() => new(new DocumentError(404, "not_found", "The index was removed while it was read."));

    private void Release()
    {
        if (_reader is { } reader)
        {
            _reader = null;
            reader.Dispose();
            _readers.Release();
        }
    }

    private KeyValueReader Reader()
    {
        if (_reader is null)
        {
            if (!_readers.TryHold())
            {
                throw Removed();
            }

            _reader = _catalogue.Store.Snapshot();
            var state = IndexWriter.Read(_reader, _index, _views);
            if (state.UpdateSequence < _state.UpdateSequence)
            {
                throw Removed();
            }

            _read = state;
        }

        return _reader;
    }

    private LevelReader Rows(NodeReader nodes) => new(Reader, _index, _view, 0) { Nodes = nodes };

    private LongKeys LongKeys() => new(Reader(), _index, _view);

    private NodeReader Nodes() => new(Source, _catalogue.Nodes, _index, _view);

    private NodeSource Source()
    {
        var reader = Reader();
        var rows = _read.Views[_view].Rows;
        return new NodeSource(reader, _read.Commits, _read.HasNodes && rows > FewRows ? ViewNode.Top(rows) : 0);
    }
}
