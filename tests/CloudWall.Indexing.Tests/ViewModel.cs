using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Reductions;
using CloudWall.Indexing.Tests.Reductions;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Tests;

/// <summary>A view as it is to be: all rows in a list, looked at one by one.</summary>
internal sealed class ViewModel
{
    private readonly List<Row> _rows;
    private readonly CollationOrder _order;

    public ViewModel(IEnumerable<(string Id, string Key, string Value)> rows, CollationOrder order)
    {
        _order = order;
        _rows = [.. rows.Select(static row => new Row(row.Id, row.Key, row.Value))];
        _rows.Sort((a, b) => Compare(a.Key, b.Key) is var keys && keys != 0 ? keys
            : CompareIds(a.Id, b.Id) is var ids && ids != 0 ? ids
            : JsonCollation.Compare(Utf8(a.Value), Utf8(b.Value), CollationOrder.Raw));
    }

    public int Total => _rows.Count;

    public (long Offset, List<string> Rows) Rows(ViewQuery query)
    {
        var ranges = Ranges(query);
        var inOrder = InOrder(query);
        var first = ranges.SelectMany(static range => range).FirstOrDefault();
        var before = first is null
            ? inOrder.TakeWhile(row => IsBeforeStart(row, query)).Count()
            : inOrder.TakeWhile(row => Compare(row.Key, first.Key) != 0 || row.Id != first.Id).Count();
        return (
            Math.Min(Total, before + query.Skip),
            [.. ranges.SelectMany(static range => range).Skip((int)query.Skip).Take((int)Math.Min(query.Limit, int.MaxValue))
                .Select(static row => $"{row.Id} {row.Key} {row.Value}")]);
    }

    public List<string> Reduced(ViewQuery query, string function)
    {
        var lines = new List<string>();
        foreach (var range in Ranges(query, reduced: true))
        {
            var groups = new List<List<Row>>();
            foreach (var row in range)
            {
                if (groups.Count == 0 || (query.GroupLevel != 0 && Compare(Group(groups[^1][0], query), Group(row, query)) != 0))
                {
                    groups.Add([]);
                }

                groups[^1].Add(row);
            }

            lines.AddRange(groups.Select(rows =>
            {
                // Functions get rows in the order of the view. The first read names the group.
                var key = query.GroupLevel == 0 ? "null" : Group(rows[0], query);
                return $"{key} {Reduce([.. _rows.Where(rows.Contains)], function)}";
            }));
        }

        return [.. lines.Skip((int)query.Skip).Take((int)Math.Min(query.Limit, int.MaxValue))];
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static int CompareIds(string a, string b) => Utf8(a).AsSpan().SequenceCompareTo(Utf8(b));

    private static string Group(Row row, ViewQuery query)
    {
        if (query.GroupLevel == ViewQuery.GroupExactly || row.Key[0] != '[')
        {
            return row.Key;
        }

        using var parsed = JsonDocument.Parse(row.Key);
        return $"[{string.Join(',', parsed.RootElement.EnumerateArray().Take(query.GroupLevel).Select(static element => element.GetRawText()))}]";
    }

    private static string Reduce(List<Row> rows, string function)
    {
        var values = rows.ConvertAll(static row => row.Value);
        var numbers = values.Where(static value => char.IsAsciiDigit(value[^1])).Select(static value => long.Parse(value, CultureInfo.InvariantCulture));
        return function switch
        {
            "_count" => Text(rows.Count),
            "_sum" => Text(numbers.Sum()),
            "_stats" => string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"sum\":{numbers.Sum()},\"count\":{rows.Count},\"min\":{numbers.Min()},\"max\":{numbers.Max()},\"sumsqr\":{numbers.Sum(static n => n * n)}}}"),
            "_first" => values[0],
            "_last" => values[^1],
            "_top_3" => $"[{string.Join(',', numbers.Distinct().OrderDescending().Take(3))}]",
            "_bottom_3" => $"[{string.Join(',', numbers.Distinct().Order().Take(3))}]",
            "_approx_count_distinct" => Distinct(rows),
            _ => ListedRows.CustomOf(values),
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Distinct(List<Row> rows)
    {
        var reducer = Reducer.Create("_approx_count_distinct", new NoFunctions());
        var all = rows.ConvertAll(static row => new ReduceRow(Utf8(row.Key), Utf8(row.Id), Utf8(row.Value)));
        return Encoding.UTF8.GetString(reducer.Finish(reducer.Reduce([all], CancellationToken.None)[0]));
    }

    private int Compare(string a, string b) => JsonCollation.Compare(Utf8(a), Utf8(b), _order);

    /// <summary>All rows in the direction of reading; rows of one document with one key never change places.</summary>
    private List<Row> InOrder(ViewQuery query)
    {
        if (!query.Descending)
        {
            return _rows;
        }

        var documents = new List<List<Row>>();
        foreach (var row in _rows)
        {
            if (documents.Count == 0 || documents[^1][0].Id != row.Id || Compare(documents[^1][0].Key, row.Key) != 0)
            {
                documents.Add([]);
            }

            documents[^1].Add(row);
        }

        documents.Reverse();
        return [.. documents.SelectMany(static rows => rows)];
    }

    private List<List<Row>> Ranges(ViewQuery query, bool reduced = false)
    {
        var rows = InOrder(query);
        var sign = query.Descending ? -1 : 1;
        if (query.Keys is { } keys)
        {
            // All other bounds hold for each key. Groups keep the order of the keys backwards too.
            var each = keys.Select(key => Between(key, key));
            return [.. query.Descending && !reduced ? each.Reverse() : each];
        }

        return [Between(query.StartKey, query.EndKey)];

        List<Row> Between(ReadOnlyMemory<byte>? from, ReadOnlyMemory<byte>? to) => [.. rows.Where(row =>
            (from is not { } start || sign * Place(row, start, query.StartId) >= 0)
            && (to is not { } end || (sign * Place(row, end, query.EndId) is var place && (query.InclusiveEnd ? place <= 0 : place < 0))))];
    }

    private bool IsBeforeStart(Row row, ViewQuery query)
    {
        var sign = query.Descending ? -1 : 1;
        return query.Keys is null ? query.StartKey is { } start && sign * Place(row, start, query.StartId) < 0
            : query.Keys.Count > 0 && sign * Place(row, query.Keys[query.Descending ? 0 : ^1], query.StartId) < 0;
    }

    private int Place(Row row, ReadOnlyMemory<byte> key, string? id) =>
        Compare(row.Key, Text(key)) is var keys && keys != 0 ? keys : id is null ? 0 : CompareIds(row.Id, id);

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    internal sealed class Row(string id, string key, string value)
    {
        public string Id { get; } = id;

        public string Key { get; } = key;

        public string Value { get; } = value;
    }
}
