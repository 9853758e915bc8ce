using CloudWall.Documents;
using CloudWall.Indexing.Collation;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// The parameters of <c>GET /{db}/_design/{ddoc}/_view/{view}</c> that select rows. Keys are JSON in normal form, as UTF-8.
/// </summary>
public sealed record ViewQuery
{
    /// <summary><c>start_key</c> (<c>key</c> sets both).</summary>
    public ReadOnlyMemory<byte>? StartKey { get; init; }

    /// <summary><c>start_key_doc_id</c>; has no effect without a start key.</summary>
    public string? StartId { get; init; }

    /// <summary><c>end_key</c>.</summary>
    public ReadOnlyMemory<byte>? EndKey { get; init; }

    /// <summary><c>end_key_doc_id</c>; has no effect without an end key.</summary>
    public string? EndId { get; init; }

    /// <summary><c>inclusive_end</c>.</summary>
    public bool InclusiveEnd { get; init; } = true;

    /// <summary><c>descending</c>.</summary>
    public bool Descending { get; init; }

    /// <summary>
    /// <c>keys</c>: the rows of each of these keys, in their order (in reverse order for a descending query without reduction). Ids and
    /// <see cref="InclusiveEnd"/> apply to each key.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Keys { get; init; }

    /// <summary>The partition of which rows are read; null where the index is not partitioned.</summary>
    public string? Partition { get; init; }

    /// <summary><c>skip</c>.</summary>
    public long Skip { get; init; }

    /// <summary><c>limit</c>.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>
    /// <c>group_level</c> of a reduction: 0 makes all rows one group; n groups arrays by their first n elements.
    /// <see cref="GroupExactly"/> is <c>group=true</c>.
    /// </summary>
    public int GroupLevel { get; init; }

    /// <summary>The <see cref="GroupLevel"/> that groups by whole keys.</summary>
    public const int GroupExactly = int.MaxValue;

    /// <summary>Refuses a range whose start comes after its end, unless the query names keys. An empty list names none.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public void Check(CollationOrder order)
    {
        if (Keys is { Count: > 0 } || StartKey is not { } start || EndKey is not { } end || start.Span.SequenceEqual(end.Span))
        {
            return;
        }

        var compared = JsonCollation.Compare(start.Span, end.Span, order);
        if (compared == 0)
        {
            // In reading direction, a missing start id comes before all ids and a missing end id after them.
            compared = Descending
                ? -Order(StartId is null ? null : EndId ?? string.Empty, StartId)
                : Order(EndId is null ? null : StartId ?? string.Empty, EndId);
            compared = compared == 0 ? (Descending ? -1 : 1) : compared;
        }

        if (Descending ? compared < 0 : compared > 0)
        {
            throw new DocumentException(new DocumentError(
                400,
                "query_parse_error",
                "No rows can match your key range, reverse your start_key and end_key or set descending="
                + (Descending ? "false" : "true")));
        }
    }

    /// <summary>Compares an id with a limit; a missing limit is greater than every id.</summary>
    private static int Order(string? id, string? limit) => limit is null ? -1 : Utf8Order.Instance.Compare(id, limit);
}
