using System.Runtime.InteropServices;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Counts;

/// <summary>The changes of one batch to <see cref="SequenceCounts"/>.</summary>
internal sealed class SequenceCountChanges
{
    private readonly Dictionary<long, long> _blocks = [];

    /// <summary>Records a row added to the feed.</summary>
    public void Added(long sequence) => Change(sequence, 1);

    /// <summary>Records a row removed from the feed.</summary>
    public void Removed(long sequence) => Change(sequence, -1);

    /// <summary>Writes the new counts into the batch.</summary>
    public void Write(KeyValueReader stored, uint database, WriteBatch batch)
    {
        var blocks = _blocks;
        for (var level = 1; level <= CountBlocks.Levels; level++)
        {
            var above = new Dictionary<long, long>();
            foreach (var (block, change) in blocks)
            {
                if (change != 0)
                {
                    Write(stored, database, batch, level, block, change);
                    CollectionsMarshal.GetValueRefOrAddDefault(above, SequenceCounts.Floor(block, level + 1), out _) += change;
                }
            }

            blocks = above;
        }
    }

    private static void Write(KeyValueReader stored, uint database, WriteBatch batch, int level, long block, long change)
    {
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.SequenceCount(ref key, database, level, block);
        long count;
        using (var value = stored.Get(Keyspace.Counts, key.Written))
        {
            count = change + (value.Found ? CountBlocks.Read(value.Span) : 0);
        }

        if (count == 0)
        {
            batch.Delete(Keyspace.Counts, key.Written);
        }
        else
        {
            CountBlocks.Put(batch, key.Written, count);
        }

        key.Dispose();
    }

    private void Change(long sequence, long by) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_blocks, SequenceCounts.Floor(sequence, 1), out _) += by;
}
