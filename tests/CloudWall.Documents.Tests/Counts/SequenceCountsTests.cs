using CloudWall.Documents.Counts;
using CloudWall.Documents.Records;
using CloudWall.Storage;
using CloudWall.Storage.Memory;
using CsCheck;

namespace CloudWall.Documents.Tests.Counts;

/// <summary>Counts in blocks of sequences agree with counting one by one.</summary>
public sealed class SequenceCountsTests
{
    private const uint Database = 7;

    // Far apart and close together, at the edges of blocks of every level and beyond the last.
    private static readonly Gen<long> Sequences = Gen.OneOf(
        Gen.Long[1, 400],
        Gen.Select(Gen.Int[0, 4].Select(i => new[] { 1L << 7, 1L << 14, 1L << 21, 3L << 21, 1L << 30 }[i]), Gen.Long[-2, 2], (edge, by) => edge + by));

    [Fact]
    public void Rows_after_any_sequence_are_counted_as_they_are() =>
        Gen.Select(Sequences.HashSet[1, 40].Array[1, 6], Sequences.Array[1, 20]).Sample(
            (batches, asked) =>
            {
                using var store = new MemoryStore();
                var rows = new SortedSet<long>();
                foreach (var batch in batches)
                {
                    Toggle(store, rows, batch);
                }

                var last = rows.Count == 0 ? 0 : rows.Max;
                var state = DatabaseState.Initial with { UpdateSequence = Math.Max(last, asked.Max()), DocumentCount = rows.Count };
                foreach (var sequence in asked.Concat([0, last, last + 1]))
                {
                    Assert.Equal(rows.Count(row => row > sequence), SequenceCounts.After(store, Database, sequence, state));
                }
            });

    [Fact]
    public void A_block_without_rows_leaves_no_count_behind() => Sequences.HashSet[1, 40].Sample(sequences =>
    {
        using var store = new MemoryStore();
        var rows = new SortedSet<long>();
        Toggle(store, rows, sequences);
        Toggle(store, rows, sequences);
        using var counts = CountBlocks.Scan(store, Database);
        Assert.False(counts.MoveNext());
    });

    private static void Toggle(MemoryStore store, SortedSet<long> rows, IEnumerable<long> sequences)
    {
        using var batch = store.CreateBatch();
        var changes = new SequenceCountChanges();
        foreach (var sequence in sequences)
        {
            var key = new KeyWriter(new byte[16]);
            Keys.Sequence(ref key, Database, sequence);
            if (rows.Add(sequence))
            {
                changes.Added(sequence);
                batch.Put(Keyspace.Sequences, key.Written, [1]);
            }
            else
            {
                rows.Remove(sequence);
                changes.Removed(sequence);
                batch.Delete(Keyspace.Sequences, key.Written);
            }
        }

        changes.Write(store, Database, batch);
        store.Commit(batch, sync: false);
    }
}
