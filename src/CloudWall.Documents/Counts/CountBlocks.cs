using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>
/// A tree of counts: rows are counted in blocks of about 128, these in blocks of 128, and so on for <see cref="Levels"/> levels. The number
/// of rows before a key is the sum of a few hundred counts at most, and a batch updates one count per level and touched block.
/// </summary>
internal static class CountBlocks
{
    /// <summary>The number of levels, which are numbered from 1. The last has one count for every two million rows.</summary>
    public const int Levels = 3;

    /// <summary>The base-2 logarithm of the fan-out.</summary>
    public const int FanOutBits = 7;

    /// <summary>A cursor over all counts of a database.</summary>
    public static KeyValueCursor Scan(KeyValueReader reader, uint database, bool descending = false)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref lower, database);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Database(ref upper, database + 1);
        return reader.Scan(Keyspace.Counts, lower.Written, upper.Written, descending);
    }

    /// <summary>Sums the counts in a range of keys; <paramref name="upper"/> is exclusive.</summary>
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

    /// <summary>Decodes a count.</summary>
    public static long Read(ReadOnlySpan<byte> value) => new RecordReader(value).Number();

    /// <summary>Writes a count.</summary>
    public static void Put(WriteBatch batch, ReadOnlySpan<byte> key, long count)
    {
        Span<byte> value = stackalloc byte[10];
        batch.Put(Keyspace.Counts, key, value[..RecordWriter.Number(value, count)]);
    }
}
