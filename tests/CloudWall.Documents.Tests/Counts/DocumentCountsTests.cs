using System.Globalization;
using System.Text;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Records;
using CloudWall.Storage;
using CloudWall.Storage.Memory;
using CsCheck;

namespace CloudWall.Documents.Tests.Counts;

/// <summary>Counts in blocks of ids agree with counting one by one.</summary>
public sealed class DocumentCountsTests
{
    private const uint Database = 7;
    private const ulong Seed = 42;
    private static readonly byte[] Living = [1, 0];
    private static readonly byte[] Deleted = [1, 1];

    // Some of every height: one id in two million begins a block of the last level.
    private static readonly string[] Ids = OfEveryHeight();

    private static readonly Gen<(string Id, int Kind)> Writes = Gen.Select(Gen.Int[0, Ids.Length - 1], Gen.Int[0, 3], (i, kind) => (Ids[i], kind));

    [Fact]
    public void Ids_of_every_height_are_tried() =>
        Assert.Equal([0, 1, 2, 3], Ids.Select(id => DocumentCounts.Height(Seed, Encoding.UTF8.GetBytes(id))).Distinct().Order());

    [Fact]
    public void Documents_before_any_id_are_counted_as_they_are() => Writes.Array[1, 60].Array[1, 8].Sample(batches =>
    {
        using var store = new MemoryStore();
        var documents = new Dictionary<string, bool>();
        var blocks = new DocumentBlocks();
        foreach (var batch in batches)
        {
            Write(store, blocks, documents, batch.DistinctBy(write => write.Id));
        }

        foreach (var id in Ids.Append("~").Append(string.Empty))
        {
            var before = documents.Count(document => document.Value && Utf8Order.Instance.Compare(document.Key, id) < 0);
            Assert.Equal(before, DocumentCounts.Before(store, Database, Encoding.UTF8.GetBytes(id)));
        }
    });

    [Fact]
    public void Documents_written_in_ascending_order_are_counted_as_they_are() => Gen.Int[1, 300].Array[1, 40].Sample(
        sizes =>
        {
            using var store = new MemoryStore();
            var documents = new Dictionary<string, bool>();
            var blocks = new DocumentBlocks();
            foreach (var size in sizes)
            {
                var ids = Enumerable.Range(documents.Count, size).Select(i => $"{i:D8}").ToList();
                Write(store, blocks, documents, ids.Select(id => (id, 0)));
                foreach (var id in (string[])[ids[0], ids[^1], "~"])
                {
                    var before = documents.Keys.Count(other => Utf8Order.Instance.Compare(other, id) < 0);
                    Assert.Equal(before, DocumentCounts.Before(store, Database, Encoding.UTF8.GetBytes(id)));
                }
            }
        },
        iter: 20);

    [Fact]
    public void Counts_kept_in_memory_are_those_stored() => Gen.Select(Writes.Array[1, 60].Array[1, 8], Gen.Int[0, 3]).Sample((batches, from) =>
    {
        using var store = new MemoryStore();
        using var other = new MemoryStore();
        var (documents, others) = (new Dictionary<string, bool>(), new Dictionary<string, bool>());
        var (blocks, otherBlocks, tables) = (new DocumentBlocks(), new DocumentBlocks(), new BlockTables());
        for (var i = 0; i < batches.Length; i++)
        {
            if (i == from)
            {
                for (var level = 1; level <= CountBlocks.Levels; level++)
                {
                    tables[level] = BlockTable.Load(store, Database, level, long.MaxValue);
                }
            }

            Write(store, blocks, documents, batches[i].DistinctBy(write => write.Id), tables);
            Write(other, otherBlocks, others, batches[i].DistinctBy(write => write.Id));
        }

        Assert.Equal(Counts(other), Counts(store));
        foreach (var id in Ids.Append(string.Empty).Select(Encoding.UTF8.GetBytes))
        {
            using var stored = new DocumentBlockReader(store, Database, new DocumentBlocks(), new BlockTables());
            for (var level = 1; level <= CountBlocks.Levels && tables[level] is { } table; level++)
            {
                var (block, kept) = (stored.Find(level, id), table.Find(id));
                Assert.Equal(block.Start, kept.Start);
                Assert.Equal(stored.EndOf(level, id), kept.End);
                Assert.Equal(stored.EndOf(level, id), table.EndOf(id));
                Assert.Equal(block.Count, kept.Count);
            }
        }
    });

    [Fact]
    public void A_level_that_is_searched_all_over_is_read_into_memory_unless_it_takes_too_much()
    {
        using var store = new MemoryStore();
        var documents = new Dictionary<string, bool>();
        var (blocks, tables, small) = (new DocumentBlocks(), new BlockTables(), new BlockTables());
        for (var i = 0; i < 40; i++)
        {
            var ids = Enumerable.Range(0, 500).Select(n => ((uint)((i * 500) + n) * 0x9E3779B1).ToString("x8", CultureInfo.InvariantCulture));
            Write(store, blocks, documents, ids.Select(id => (id, 0)), i < 20 ? tables : small, i < 20 ? long.MaxValue : 100);
        }

        Assert.NotNull(tables[1]);
        Assert.True(tables.Bytes > 100);
        Assert.Null(small[1]);
        Assert.Equal(documents.Count, DocumentCounts.Before(store, Database, "~"u8));
    }

    [Fact]
    public void Tables_in_memory_make_room_for_those_used_later()
    {
        using var store = new MemoryStore();
        var documents = new Dictionary<string, bool>();
        Write(store, new DocumentBlocks(), documents, Ids.Select(id => (id, 0)));
        var cache = new BlockTableCache(Load().Bytes * 5 / 2);
        var first = Load();
        cache.Return(1, first);
        cache.Return(2, Load());
        cache.Return(1, cache.Take(1)!);
        cache.Return(3, Load());
        Assert.Null(cache.Take(2));
        Assert.Same(first, cache.Take(1));
        Assert.Null(cache.Take(1));
        Assert.NotNull(cache.Take(3));

        BlockTables Load()
        {
            var tables = new BlockTables();
            tables[1] = BlockTable.Load(store, Database, 1, long.MaxValue);
            return tables;
        }
    }

    [Fact]
    public void A_store_counted_anew_has_the_same_counts() => Writes.Array[1, 100].Array[1, 4].Sample(batches =>
    {
        using var store = new MemoryStore();
        var documents = new Dictionary<string, bool>();
        foreach (var batch in batches)
        {
            // Without purges, after which blocks may begin elsewhere.
            Write(store, new DocumentBlocks(), documents, batch.DistinctBy(write => write.Id).Where(write => write.Kind != 3));
        }

        var before = Counts(store);
        CountsUpgrade.Run(store, Database, Seed);
        Assert.Equal(before.Where(count => count.Value != "00"), Counts(store).Where(count => count.Value != "00"));
    });

    private static Dictionary<string, string> Counts(MemoryStore store)
    {
        var counts = new Dictionary<string, string>();
        using var cursor = CountBlocks.Scan(store, Database);
        while (cursor.MoveNext())
        {
            counts.Add(Convert.ToHexString(cursor.Key), Convert.ToHexString(cursor.Value));
        }

        return counts;
    }

    /// <summary>Kinds of writes: 0 and 1 make a document be there, 2 deletes it, 3 purges it.</summary>
    private static void Write(
        MemoryStore store,
        DocumentBlocks blocks,
        Dictionary<string, bool> documents,
        IEnumerable<(string Id, int Kind)> writes,
        BlockTables? tables = null,
        long maxBytes = long.MaxValue)
    {
        using var batch = store.CreateBatch();
        var changes = new DocumentCountChanges(Seed);
        var total = documents.Values.Count(lives => lives);
        foreach (var (id, kind) in writes)
        {
            var key = new KeyWriter(new byte[64]);
            Keys.Record(ref key, Database, id);
            var existed = documents.Remove(id, out var lived);
            if (kind != 3)
            {
                documents.Add(id, kind != 2);
                batch.Put(Keyspace.Documents, key.Written, kind == 2 ? Deleted : Living);
            }
            else
            {
                batch.Delete(Keyspace.Documents, key.Written);
            }

            changes.Add(id, (kind < 2 ? 1 : 0) - (lived ? 1 : 0), created: !existed && kind != 3);
        }

        changes.Write(store, Database, total, blocks, tables ?? new BlockTables(), maxBytes, batch);
        store.Commit(batch, sync: false);
    }

    private static string[] OfEveryHeight()
    {
        int[] wanted = [60, 15, 15, 15];
        List<string> ids = [];
        Span<byte> text = stackalloc byte[10];
        for (var i = 0; i < 10_000_000; i++)
        {
            i.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
            if (wanted[DocumentCounts.Height(Seed, text[..length])]-- > 0)
            {
                ids.Add(Encoding.UTF8.GetString(text[..length]));
            }
        }

        return [.. ids];
    }
}
