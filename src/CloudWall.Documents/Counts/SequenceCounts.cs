using CloudWall.Documents.Changes;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>How many rows of the changes feed lie in blocks of sequences that begin at multiples of 128, 128² and 128³.</summary>
internal static class SequenceCounts
{
    /// <summary>How many rows come after a sequence.</summary>
    /// <param name="reader">A snapshot, so that counts and rows agree.</param>
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

        return sequence < state.UpdateSequence / 2
            ? total - Before(reader, database, sequence + 1)
            : From(reader, database, sequence + 1, state.UpdateSequence + 1);
    }

    private static long Before(KeyValueReader reader, uint database, long end)
    {
        using var counts = CountBlocks.Scan(reader, database);
        var count = 0L;
        var from = 0L;
        for (var level = CountBlocks.Levels; level > 0; level--)
        {
            var to = Floor(end, level);
            count += SumBlocks(counts, database, level, from, to);
            from = to;
        }

        return count + CountRows(reader, database, from, end);
    }

    private static long From(KeyValueReader reader, uint database, long start, long end)
    {
        using var counts = CountBlocks.Scan(reader, database);
        var count = 0L;
        var to = end;
        for (var level = CountBlocks.Levels; level > 0; level--)
        {
            // The blocks that lie wholly between the start and what the level above has counted.
            var from = Math.Min(Ceiling(start, level), to);
            count += SumBlocks(counts, database, level, from, to);
            to = from;
        }

        return count + CountRows(reader, database, start, to);
    }

    /// <summary>The first sequence of the block that a sequence is in.</summary>
    public static long Floor(long sequence, int level) => sequence & (-1L << (level * CountBlocks.FanOutBits));

    private static long Ceiling(long sequence, int level)
    {
        var floor = Floor(sequence, level);
        return floor == sequence ? floor : floor + (1L << (level * CountBlocks.FanOutBits));
    }

    private static long SumBlocks(KeyValueCursor counts, uint database, int level, long from, long to)
    {
        var lower = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref lower, database, level, from);
        var upper = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref upper, database, level, to);
        return CountBlocks.Sum(counts, lower.Written, upper.Written);
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
