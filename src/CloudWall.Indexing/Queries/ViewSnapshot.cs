using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Views;
using CloudWall.Storage;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// A view as it was at one moment. Its rows are read by one reader at a time, before it is disposed of. Not safe for use from several
/// threads at once.
/// </summary>
public sealed class ViewSnapshot : IDisposable
{
    /// <summary>So many rows are in one piece to a reduce function, as they are in CouchDB's one leaf: some can tell.</summary>
    private const int FewRows = 64;

    private readonly IndexCatalogue _catalogue;
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
    /// <param name="readers">The index's snapshots, this one included (<see cref="IndexReaders.TryOpen"/>).</param>
    /// <param name="index">The index's number.</param>
    /// <param name="view">The view's number.</param>
    /// <param name="definition">The view.</param>
    /// <param name="reducers">Its reduce functions.</param>
    /// <param name="views">How many views the index has.</param>
    internal ViewSnapshot(
        IndexCatalogue catalogue,
        IndexReaders readers,
        uint index,
        int view,
        ViewDefinition definition,
        IReadOnlyList<Reducer> reducers,
        int views)
    {
        _catalogue = catalogue;
        _readers = readers;
        _index = index;
        _view = view;
        _definition = definition;
        _reducers = reducers;
        _views = views;
        _reader = catalogue.Store.Snapshot();
        _state = _read = IndexWriter.Read(_reader, index, views);
    }

    /// <summary><c>total_rows</c>.</summary>
    public long TotalRows => _state.Views[_view].Rows;

    /// <summary>The database's update sequence up to which changes are in it (<c>update_seq</c>).</summary>
    public long UpdateSequence => _state.UpdateSequence;

    /// <summary>The last purge that is in it.</summary>
    public long PurgeSequence => _state.PurgeSequence;

    /// <summary>Reads rows.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>: the range is upside down.</exception>
    public ViewRows ReadRows(ViewQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check(_definition.Order);
        var nodes = Nodes();
        var rows = new ViewRows(Rows(nodes), nodes, RowRange.Of(query, _definition.Order, reduced: false), query, TotalRows);
        _pause = rows.Release;
        return rows;
    }

    /// <summary>Reads reduced rows.</summary>
    /// <param name="reduction">Which of the view's reduce functions.</param>
    /// <param name="query">Which rows, and how they are grouped.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>: the range is upside down.</exception>
    public ReducedRows ReadReduced(int reduction, ViewQuery query, CancellationToken cancellation)
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
            RowRange.Of(query, _definition.Order, reduced: true),
            query,
            _definition.Order,
            cancellation);
        _pause = rows.Release;
        return rows;
    }

    /// <summary>
    /// Lets go of what the store holds for the reader, for a client that is slow: when the reader goes on, it does so from the same place
    /// in the view as it is then.
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

    private NodeReader Nodes() => new(Source, _catalogue.Nodes, _index, _view);

    private NodeSource Source()
    {
        var reader = Reader();
        var rows = _read.Views[_view].Rows;
        return new NodeSource(reader, _read.Commits, _read.HasNodes && rows > FewRows ? ViewNode.Top(rows) : 0);
    }
}
