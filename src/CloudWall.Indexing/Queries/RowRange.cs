using System.Buffers;
using System.Text;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Queries;

/// <summary>A range of row keys.</summary>
/// <param name="From">The first key; empty for the beginning.</param>
/// <param name="To">The key after the last; null for the end.</param>
internal readonly record struct RowRange(byte[] From, byte[]? To)
{
    /// <summary>The ranges that a query reads, in reading order.</summary>
    /// <param name="query">The query.</param>
    /// <param name="order">The order of the view's keys.</param>
    /// <param name="longKeys">The view's long keys.</param>
    /// <param name="reduced">Whether rows are reduced: CouchDB returns groups in the order of the requested keys, even for descending
    /// queries.</param>
    public static List<RowRange> Of(ViewQuery query, CollationOrder order, LongKeys longKeys, bool reduced)
    {
        if (query.Keys is null)
        {
            return [query.Descending ? Backwards(query, order, longKeys) : Forwards(query, order, longKeys)];
        }

        var ranges = new List<RowRange>(query.Keys.Count);
        foreach (var key in query.Keys)
        {
            if (query is { InclusiveEnd: true, StartId: null, EndId: null })
            {
                var prefix = Key(query, key, null, order, longKeys, out var isPresent);
                ranges.Add(new RowRange(prefix, isPresent ? After(prefix) : prefix));
            }
            else
            {
                // The query's other bounds apply to each key.
                var one = query with { Keys = null, StartKey = key, EndKey = key };
                ranges.Add(query.Descending ? Backwards(one, order, longKeys) : Forwards(one, order, longKeys));
            }
        }

        if (query.Descending && !reduced)
        {
            ranges.Reverse();
        }

        return ranges;
    }

    /// <summary>The first key after all keys with a prefix.</summary>
    public static byte[]? After(byte[] prefix) => IndexKeys.After(prefix) is { Length: > 0 } after ? after : null;

    private static RowRange Forwards(ViewQuery query, CollationOrder order, LongKeys longKeys)
    {
        var all = Whole(query);
        var from = query.StartKey is { } start ? Key(query, start, query.StartId, order, longKeys, out _) : all.From;
        var to = all.To;
        if (query.EndKey is { } end)
        {
            to = Key(query, end, query.EndId, order, longKeys, out var isPresent);
            to = query.InclusiveEnd && isPresent ? After(to) : to;
        }

        return new RowRange(from, to);
    }

    private static RowRange Backwards(ViewQuery query, CollationOrder order, LongKeys longKeys)
    {
        var all = Whole(query);
        var to = all.To;
        if (query.StartKey is { } start)
        {
            to = Key(query, start, query.StartId, order, longKeys, out var isPresent);
            to = isPresent ? After(to) : to;
        }

        var from = all.From;
        if (query.EndKey is { } end)
        {
            from = Key(query, end, query.EndId, order, longKeys, out var isPresent);
            from = query.InclusiveEnd || !isPresent ? from : After(from) ?? [0xFF];
        }

        return new RowRange(from, to);
    }

    /// <summary>All rows that a query may read: those of its partition.</summary>
    private static RowRange Whole(ViewQuery query)
    {
        if (query.Partition is not { } partition)
        {
            return new RowRange([], null);
        }

        var prefix = PartitionKey.Of(partition);
        return new RowRange(prefix, After(prefix));
    }

    /// <param name="query">The query, which may be of a partition.</param>
    /// <param name="key">The key as JSON.</param>
    /// <param name="id">The document id; null for all.</param>
    /// <param name="order">The order.</param>
    /// <param name="longKeys">The view's long keys.</param>
    /// <param name="isPresent">Whether rows may begin with the result. If not, it is where such rows would be.</param>
    private static byte[] Key(
        ViewQuery query, ReadOnlyMemory<byte> key, string? id, CollationOrder order, LongKeys longKeys, out bool isPresent)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(PartitionKey.Of(query.Partition));
        SortKey.Write(key.Span, order, output);
        var form = longKeys.Shorten(output.WrittenSpan.ToArray(), out isPresent);
        if (id is null || !isPresent)
        {
            return form;
        }

        output = new ArrayBufferWriter<byte>();
        output.Write(form);
        IndexKeys.WriteId(Encoding.UTF8.GetBytes(id), output);
        return output.WrittenSpan.ToArray();
    }
}
