using System.IO.Hashing;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>
/// The numbers of live documents in blocks of ids. Block boundaries are ids chosen by a keyed hash, one in 128, 128² and 128³, so no order
/// of writes can unbalance them. The first block of a level begins with the empty id. A block is never removed, even if its first document
/// is purged.
/// </summary>
internal static class DocumentCounts
{
    /// <summary>Counts the documents that are not deleted with ids before one.</summary>
    /// <param name="reader">A snapshot; or the store, if nothing writes to the database meanwhile.</param>
    /// <param name="database">The database's number.</param>
    /// <param name="id">The id as UTF-8; it need not exist.</param>
    public static long Before(KeyValueReader reader, uint database, ReadOnlySpan<byte> id)
    {
        using var blocks = CountBlocks.Scan(reader, database, descending: true);
        using var counts = CountBlocks.Scan(reader, database);
        var count = 0L;
        byte[] from = [];
        for (var level = CountBlocks.Levels; level > 0; level--)
        {
            var to = BlockOf(blocks, database, level, id, out _);
            count += SumBlocks(counts, database, level, from, to);
            from = to;
        }

        return count + CountDocuments(reader, database, from, id);
    }

    /// <summary>The number of levels on which an id begins a block; usually 0.</summary>
    public static int Height(ulong seed, ReadOnlySpan<byte> id) =>
        Math.Min(CountBlocks.Levels, int.CreateChecked(ulong.TrailingZeroCount(XxHash3.HashToUInt64(id, (long)seed))) / CountBlocks.FanOutBits);

    /// <summary>Counts documents one by one from one id (inclusive) to another (exclusive).</summary>
    public static long CountDocuments(KeyValueReader reader, uint database, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref upper, database, to);
        var count = CountRecords(reader, database, from, upper.Written);
        upper.Dispose();
        return count;
    }

    /// <summary>Counts documents one by one from an id to the end.</summary>
    public static long CountDocuments(KeyValueReader reader, uint database, ReadOnlySpan<byte> from)
    {
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.RecordsEnd(ref upper, database);
        return CountRecords(reader, database, from, upper.Written);
    }

    /// <summary>Finds the start of the block of a level that contains an id.</summary>
    /// <param name="blocks">A descending cursor of <see cref="CountBlocks.Scan"/>.</param>
    /// <param name="database">The database's number.</param>
    /// <param name="level">The level.</param>
    /// <param name="id">The id.</param>
    /// <param name="count">The block's count.</param>
    public static byte[] BlockOf(KeyValueCursor blocks, uint database, int level, ReadOnlySpan<byte> id, out long count)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref key, database, level, id);
        blocks.Seek(key.Written);
        var found = blocks.MoveNext() && blocks.Key.StartsWith(key.Written[..Keys.DocumentCountPrefix]);
        key.Dispose();
        count = found ? CountBlocks.Read(blocks.Value) : 0;
        return found ? blocks.Key[Keys.DocumentCountPrefix..].ToArray() : [];
    }

    private static long CountRecords(KeyValueReader reader, uint database, ReadOnlySpan<byte> from, ReadOnlySpan<byte> upper)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Record(ref lower, database, from);
        using var records = reader.Scan(Keyspace.Documents, lower.Written, upper);
        lower.Dispose();
        var count = 0L;
        while (records.MoveNext())
        {
            count += DocumentRecordCodec.IsDeleted(records.Value) ? 0 : 1;
        }

        return count;
    }

    private static long SumBlocks(KeyValueCursor counts, uint database, int level, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref lower, database, level, from);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.DocumentCount(ref upper, database, level, to);
        var sum = CountBlocks.Sum(counts, lower.Written, upper.Written);
        lower.Dispose();
        upper.Dispose();
        return sum;
    }
}
