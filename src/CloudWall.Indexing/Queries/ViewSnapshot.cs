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
    private readonly KeyValueReader _reader;
    private readonly uint _index;
    private readonly int _view;
    private readonly ViewDefinition _definition;
    private readonly IReadOnlyList<Reducer> _reducers;
    private readonly IndexState _state;

    internal ViewSnapshot(
        KeyValueReader reader, uint index, int view, ViewDefinition definition, IReadOnlyList<Reducer> reducers, int views)
    {
        _reader = reader;
        _index = index;
        _view = view;
        _definition = definition;
        _reducers = reducers;
        _state = IndexWriter.Read(reader, index, views);
    }

    /// <summary><c>total_rows</c>.</summary>
    public long TotalRows => _state.Views[_view].Rows;

    /// <summary>The database's update sequence up to which changes are in it (<c>update_seq</c>).</summary>
    public long UpdateSequence => _state.UpdateSequence;

    /// <summary>The update sequence of the step of building that changed the view's rows last: what an ETag is made of.</summary>
    public long ChangedAt => _state.Views[_view].ChangedAt;

    /// <summary>The last purge that is in it.</summary>
    public long PurgeSequence => _state.PurgeSequence;

    /// <summary>Reads rows.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>: the range is upside down.</exception>
    public ViewRows ReadRows(ViewQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Check(_definition.Order);
        return new ViewRows(
            new LevelReader(_reader, _index, _view, 0), Summary(), RowRange.Of(query, _definition.Order), query, TotalRows);
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
        return new ReducedRows(
            new LevelReader(_reader, _index, _view, 0),
            Summary(),
            _reducers[reduction],
            reduction,
            RowRange.Of(query, _definition.Order),
            query,
            _definition.Order,
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private RangeSummary Summary() => new(_reader, _index, _view, _state.HasNodes);
}
