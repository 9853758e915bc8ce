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

    private readonly Func<KeyValueReader> _open;
    private readonly uint _index;
    private readonly int _view;
    private readonly ViewDefinition _definition;
    private readonly IReadOnlyList<Reducer> _reducers;
    private readonly int _views;
    private readonly IndexState _state;
    private KeyValueReader? _reader;
    private bool _hasNodes;
    private Action? _pause;

    internal ViewSnapshot(
        Func<KeyValueReader> open, uint index, int view, ViewDefinition definition, IReadOnlyList<Reducer> reducers, int views)
    {
        _open = open;
        _index = index;
        _view = view;
        _definition = definition;
        _reducers = reducers;
        _views = views;
        _reader = open();
        _state = IndexWriter.Read(_reader, index, views);
        _hasNodes = _state.HasNodes;
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
        var rows = new ViewRows(
            new LevelReader(Reader, _index, _view, 0), new RowOffset(Reader, _index, _view, Top), RowRange.Of(query, _definition.Order), query, TotalRows);
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
        var rows = new ReducedRows(
            new LevelReader(Reader, _index, _view, 0),
            Summary(),
            _reducers[reduction],
            reduction,
            RowRange.Of(query, _definition.Order),
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
        _reader?.Dispose();
        _reader = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader?.Dispose();

    private KeyValueReader Reader()
    {
        if (_reader is null)
        {
            _reader = _open();
            var state = IndexWriter.Read(_reader, _index, _views);
            if (state.UpdateSequence < _state.UpdateSequence)
            {
                throw new DocumentException(new DocumentError(404, "not_found", "The index was removed while it was read."));
            }

            _hasNodes = state.HasNodes;
        }

        return _reader;
    }

    private RangeSummary Summary() => new(Reader, _index, _view, Top);

    private int Top()
    {
        Reader();
        return _hasNodes && TotalRows > FewRows ? ViewNode.Top(TotalRows) : 0;
    }
}
