using CloudWall.Documents;
using CloudWall.Indexing.Collation;

namespace CloudWall.Indexing.Queries;

/// <summary>
/// Which rows of a view are asked for: the parameters of <c>GET /{db}/_design/{ddoc}/_view/{view}</c> that decide it. Keys are JSON in
/// normal form, as UTF-8.
/// </summary>
public sealed record ViewQuery
{
    /// <summary><c>start_key</c> (<c>key</c> sets both).</summary>
    public ReadOnlyMemory<byte>? StartKey { get; init; }

    /// <summary><c>start_key_doc_id</c>; without a start key it means nothing.</summary>
    public string? StartId { get; init; }

    /// <summary><c>end_key</c>.</summary>
    public ReadOnlyMemory<byte>? EndKey { get; init; }

    /// <summary><c>end_key_doc_id</c>; without an end key it means nothing.</summary>
    public string? EndId { get; init; }

    /// <summary><c>inclusive_end</c>.</summary>
    public bool InclusiveEnd { get; init; } = true;

    /// <summary><c>descending</c>.</summary>
    public bool Descending { get; init; }

    /// <summary>
    /// <c>keys</c>: rows of each of these keys, in their order (in the opposite order where descending, unless they are reduced). Ids and
    /// <see cref="InclusiveEnd"/> hold for each key.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Keys { get; init; }

    /// <summary><c>skip</c>.</summary>
    public long Skip { get; init; }

    /// <summary><c>limit</c>.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>
    /// <c>group_level</c> of a reduction: 0 makes one group of all rows, n groups arrays by their first n elements;
    /// <see cref="GroupExactly"/> is <c>group=true</c>.
    /// </summary>
    public int GroupLevel { get; init; }

    /// <summary>The <see cref="GroupLevel"/> that groups by whole keys.</summary>
    public const int GroupExactly = int.MaxValue;

    /// <summary>Refuses a range that is upside down.</summary>
    /// <exception cref="DocumentException">400 <c>query_parse_error</c>.</exception>
    public void Check(CollationOrder order)
    {
        if (Keys is not null || StartKey is not { } start || EndKey is not { } end || start.Span.SequenceEqual(end.Span))
        {
            return;
        }

        var compared = JsonCollation.Compare(start.Span, end.Span, order);
        if (compared == 0)
        {
            // No id comes after all others by default: first in the direction of reading, or last.
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

    /// <summary>Compares two ids; a missing limit is beyond all.</summary>
    private static int Order(string? id, string? limit) => limit is null ? -1 : Utf8Order.Instance.Compare(id, limit);
}
