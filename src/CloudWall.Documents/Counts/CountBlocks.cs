using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>
/// Rows are counted in blocks of about 128, blocks in blocks of 128 of these, and so on for <see cref="Levels"/> levels: how many rows lie
/// before a key is the sum of at most some hundred counts, and a batch changes a count a level for each block that it touches.
/// </summary>
internal static class CountBlocks
{
    /// <summary>The levels, from 1. The last has one count for every two million rows.</summary>
    public const int Levels = 3;

    /// <summary>Bits of a fan-out.</summary>
    public const int FanOutBits = 7;

    /// <summary>All counts of a database, for walks over many stretches of them.</summary>
    public static KeyValueCursor Scan(KeyValueReader reader, uint database, bool descending = false)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref lower, database);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, database + 1);
        return reader.Scan(Keyspace.Counts, lower.Written, upper.Written, descending);
    }

    /// <summary>The sum of the counts with keys from one to before another.</summary>
    public static long Sum(KeyValueCursor counts, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper)
    {
        var sum = 0L;
        if (lower.SequenceCompareTo(upper) < 0)
        {
            counts.Seek(lower);
            while (counts.MoveNext() && counts.Key.SequenceCompareTo(upper) < 0)
            {
                sum += Read(counts.Value);
            }
        }

        return sum;
    }

    /// <summary>A count out of its value.</summary>
    public static long Read(ReadOnlySpan<byte> value) => new RecordReader(value).Number();

    /// <summary>Writes a count.</summary>
    public static void Put(WriteBatch batch, ReadOnlySpan<byte> key, long count)
    {
        Span<byte> value = stackalloc byte[10];
        batch.Put(Keyspace.Counts, key, value[..RecordWriter.Number(value, count)]);
    }
}
