using CloudWall.Documents.Changes;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>The numbers of feed rows in blocks of sequences. Blocks begin at multiples of 128, 128² and 128³.</summary>
internal static class SequenceCounts
{
    /// <summary>Counts the rows after a sequence.</summary>
    /// <param name="reader">A snapshot, so that counts and rows are consistent.</param>
    /// <param name="database">The database's number.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="state">The database's state in that snapshot.</param>
    public static long After(KeyValueReader reader, uint database, long sequence, in DatabaseState state)
    {
        var total = state.DocumentCount + state.DeletedCount;
        if (sequence <= 0)
        {
            return total;
        }

        if (sequence >= state.UpdateSequence)
        {
            return 0;
        }

        return total - Before(reader, database, sequence + 1, state.UpdateSequence + 1, total);
    }

    /// <summary>
    /// Counts the rows before a sequence. On each level, it sums the smaller blocks on the nearer side of the sequence within its block;
    /// the farther side is the difference from the block's count.
    /// </summary>
    private static long Before(KeyValueReader reader, uint database, long end, long limit, long total)
    {
        using var counts = CountBlocks.Scan(reader, database);
        var count = 0L;
        var (from, to, inside) = (0L, limit, total);
        for (var level = CountBlocks.Levels; level > 0 && inside > 0; level--)
        {
            var at = Floor(end, level);
            var next = Math.Min(at + (1L << (level * CountBlocks.FanOutBits)), limit);
            if (at - from <= to - at)
            {
                count += Sum(counts, database, level, from, next, at, out inside);
            }
            else
            {
                var after = Sum(counts, database, level, at, to, at, out var own);
                count += inside - own - after;
                inside = own;
            }

            (from, to) = (at, next);
        }

        return inside == 0 ? count
            : end - from <= to - end ? count + CountRows(reader, database, from, end)
            : count + inside - CountRows(reader, database, end, to);
    }

    /// <summary>The first sequence of the block that contains a sequence.</summary>
    public static long Floor(long sequence, int level) => sequence & (-1L << (level * CountBlocks.FanOutBits));

    /// <summary>Sums the blocks in a range, leaving out the block that begins at one sequence.</summary>
    private static long Sum(KeyValueCursor counts, uint database, int level, long from, long to, long at, out long own)
    {
        own = 0;
        if (from >= to)
        {
            return 0;
        }

        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref lower, database, level, from);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref upper, database, level, to);
        var apart = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref apart, database, level, at);
        var sum = 0L;
        counts.Seek(lower.Written);
        while (counts.MoveNext() && counts.Key is var key && key.SequenceCompareTo(upper.Written) < 0)
        {
            var count = CountBlocks.Read(counts.Value);
            if (key.SequenceEqual(apart.Written))
            {
                own = count;
            }
            else
            {
                sum += count;
            }
        }

        lower.Dispose();
        upper.Dispose();
        apart.Dispose();
        return sum;
    }

    private static long CountRows(KeyValueReader reader, uint database, long from, long to)
    {
        if (from >= to)
        {
            return 0;
        }

        using var rows = StoredChangesCursor.ScanRows(reader, database, from - 1, to - 1, descending: false);
        var count = 0L;
        while (rows.MoveNext())
        {
            count++;
        }

        return count;
    }
}
