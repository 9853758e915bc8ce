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
    private static readonly string[] Ids =
    [
        .. Enumerable.Range(0, 10_000_000)
            .Select(i => i.ToString(CultureInfo.InvariantCulture))
            .GroupBy(id => DocumentCounts.Height(Seed, Encoding.UTF8.GetBytes(id)))
            .SelectMany(ids => ids.Take(ids.Key == 0 ? 60 : 15)),
    ];

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
    private static void Write(MemoryStore store, DocumentBlocks blocks, Dictionary<string, bool> documents, IEnumerable<(string Id, int Kind)> writes)
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

        changes.Write(store, Database, total, blocks, batch);
        store.Commit(batch, sync: false);
    }
}
