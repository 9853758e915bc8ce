using System.Text;
using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Collation;
using CloudWall.Indexing.Queries;
using CloudWall.Indexing.Views;
using CloudWall.Storage;
using CloudWall.Storage.Memory;
using CloudWall.Storage.RocksDb;
using CsCheck;

namespace CloudWall.Indexing.Tests.Queries;

/// <summary>Views against a list of all rows, over random edits, deletions, purges, restarts and queries.</summary>
public sealed class ViewModelTests
{
    private static readonly string[] Functions =
        ["_count", "_sum", "_stats", "_first", "_last", "_top_3", "_bottom_3", "_approx_count_distinct", ListedRows.Custom];

    private static readonly IndexDefinition Definition = new(
        "00112233445566778899aabbccddeeff", [new ViewDefinition(Functions), new ViewDefinition(Functions, CollationOrder.Raw), new ViewDefinition([])]);

    private static readonly string[] Keys =
    [
        "null", "false", "true", "0", "1", "2", "10", "\"\"", "\"a\"", "\"B\"", "\"b\"", "\"é\"", "[]", "[1]", "[1,2]", "[1,\"a\"]", "[2,1]",
        "[2,1,3]", "[[1],2]", "[\"a\",1]", "[\"a\",2]", "[\"b\"]", "{}", "{\"a\":1}",
    ];

    /// <summary>Keys of which rows have a short form: they share more bytes than that has in full.</summary>
    private static readonly string[] LongKeys = [.. Long(new string('k', 700)), .. Long(new string('é', 300) + "\\u0000"), "\"k\"", "[\"l\"]", "0"];

    private static readonly string[] Ids = ["a", "b", "B", "c\0d", "c\0", "doc-10", "doc-9", "é", "z", "_design/x"];

    [Fact]
    public Task A_view_is_what_a_list_of_its_rows_is() => Gen.Int.SampleAsync(seed => RunAsync(seed, steps: 25, manyDocuments: false), iter: 150, threads: 2);

    [Fact]
    public Task A_large_view_is_what_a_list_of_its_rows_is() =>
        Gen.Int.SampleAsync(seed => RunAsync(seed, steps: 12, manyDocuments: true), iter: 6, threads: 2);

    [Fact]
    public async Task A_view_on_disk_is_what_a_list_of_its_rows_is()
    {
        var directory = Directory.CreateTempSubdirectory("cloudwall-views-");
        try
        {
            using var main = RocksDbStore.Open(Path.Combine(directory.FullName, "main"), new RocksDbOptions());
            using var derived = main.OpenDerived(Path.Combine(directory.FullName, "derived"), new RocksDbOptions());
            await RunAsync(seed: 1, steps: 40, manyDocuments: true, derived);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public Task A_view_with_long_keys_is_what_a_list_of_its_rows_is() =>
        Gen.Int.SampleAsync(seed => RunAsync(seed, steps: 25, manyDocuments: false, keys: LongKeys), iter: 40, threads: 2);

    [Fact]
    public Task A_large_view_with_long_keys_is_what_a_list_of_its_rows_is() =>
        Gen.Int.SampleAsync(seed => RunAsync(seed, steps: 12, manyDocuments: true, keys: LongKeys), iter: 3, threads: 2);

    private static string[] Long(string text) =>
    [
        $"\"{text}\"", $"\"{text}a\"", $"\"{text}B\"", $"\"{text}b\"", $"\"a{text}\"", $"[\"{text}\"]", $"[\"{text}\",1]", $"[\"{text}\",2]",
        $"[\"{text}\",\"{text}\"]", $"[\"{text}c\",1]", $"[1,\"{text}\"]", $"[1,\"{text}\",2]", $"{{\"{text}\":1}}", $"{{\"{text}\":[2]}}",
    ];

    private static async Task RunAsync(int seed, int steps, bool manyDocuments, KeyValueStore? derived = null, string[]? keys = null)
    {
        keys ??= Keys;
        var random = new Random(seed);
        await using var indexed = await IndexedDatabase.CreateAsync(
            Definition,
            derived,
            options: new IndexingOptions
            {
                BatchDocuments = random.Next(1, 8) * (manyDocuments ? 50 : 1),
                MapThreads = random.Next(1, 4),
                CacheBytes = random.Next(3) switch { 0 => 0, 1 => 16 << 10, _ => 16 << 20 },
                NewSeed = () => (ulong)seed,
            });
        indexed.Pauses = random.Next(3) == 0 ? random : null;
        var documents = new Dictionary<string, List<(int View, string Key, string Value)>>(StringComparer.Ordinal);
        if (manyDocuments)
        {
            var many = Enumerable.Range(0, random.Next(200, 1500)).Select(n => ($"doc-{n}", Rows(random, keys))).ToList();
            await indexed.PutAllAsync(many.Select(static document => (document.Item1, Body(document.Item2))));
            many.ForEach(document => documents[document.Item1] = document.Item2);
            await indexed.UpdateAsync();
        }

        for (var step = 0; step < steps; step++)
        {
            for (var edits = random.Next(6); edits > 0; edits--)
            {
                await EditAsync(indexed, documents, random, keys, manyDocuments ? $"doc-{random.Next(2000)}" : Ids[random.Next(Ids.Length)]);
            }

            if (random.Next(8) == 0)
            {
                await indexed.ReopenAsync(random.Next(2) == 0 && indexed.Derived is MemoryStore store ? store.LoseUnsynced(random) : null);
            }

            await indexed.UpdateAsync();
            for (var query = 0; query < 6; query++)
            {
                // What is asked for again comes from memory.
                var seedOfQuery = random.Next();
                for (var times = random.Next(1, 5); times > 0; times--)
                {
                    Compare(indexed, documents, new Random(seedOfQuery), keys);
                }
            }
        }
    }

    private static async Task EditAsync(
        IndexedDatabase indexed,
        Dictionary<string, List<(int View, string Key, string Value)>> documents,
        Random random,
        string[] keys,
        string id)
    {
        if (documents.ContainsKey(id) && random.Next(4) == 0)
        {
            documents.Remove(id);
            if (random.Next(2) == 0)
            {
                await indexed.PutAsync(id, "{}", deleted: true);
            }
            else
            {
                await indexed.PurgeAsync(id);
            }

            return;
        }

        var rows = Rows(random, keys);
        if (!id.StartsWith('_'))
        {
            documents[id] = rows;
        }

        await indexed.PutAsync(id, Body(rows));
    }

    private static List<(int View, string Key, string Value)> Rows(Random random, string[] keys) =>
        [.. Enumerable.Range(0, random.Next(5)).Select(_ => (random.Next(3), keys[random.Next(keys.Length)], $"{random.Next(-20, 100)}"))];

    private static string Body(List<(int View, string Key, string Value)> rows) =>
        $"{{\"rows\":[{string.Join(',', rows.Select(static row => $"[{row.View},{row.Key},{row.Value}]"))}]}}";

    private static void Compare(
        IndexedDatabase indexed, Dictionary<string, List<(int View, string Key, string Value)>> documents, Random random, string[] keys)
    {
        var view = random.Next(3);
        var model = new ViewModel(
            documents.SelectMany(document => document.Value.Where(row => row.View == view).Select(row => (document.Key, row.Key, row.Value))),
            Definition.Views[view].Order);
        var query = Query(random, keys);
        try
        {
            query.Check(Definition.Views[view].Order);
        }
        catch (DocumentException)
        {
            Assert.Empty(model.Rows(query).Rows);
            return;
        }

        using (var snapshot = indexed.Index.Read(view))
        {
            Assert.Equal(model.Total, snapshot.TotalRows);
            Assert.Equal(indexed.Database.UpdateSequence, snapshot.UpdateSequence);
            using var rows = snapshot.ReadRows(query);
            Assert.Equal(model.Rows(query).Offset, rows.Offset);
        }

        Assert.True(model.Rows(query).Rows.SequenceEqual(indexed.Rows(view, query)), Describe(query));
        if (view < 2)
        {
            var function = random.Next(Functions.Length);
            var (expected, seen) = (model.Reduced(query, Functions[function]), indexed.Reduced(view, function, query));
            if (query.Descending && Functions[function] == ListedRows.Custom)
            {
                // Rows are given in the order of the query, what is kept reduced was made in the order of the view; as in CouchDB, which of
                // both a group has depends on the index.
                (expected, seen) = (expected.ConvertAll(ListedRows.WithoutOrder), seen.ConvertAll(ListedRows.WithoutOrder));
            }

            Assert.Equal(expected, seen);
        }
    }

    private static string Describe(ViewQuery query) =>
        $"{query} start {Text(query.StartKey)} end {Text(query.EndKey)} keys {string.Join(' ', query.Keys?.Select(static key => Text(key)) ?? [])}";

    private static string Text(ReadOnlyMemory<byte>? key) => key is { } json ? Encoding.UTF8.GetString(json.Span) : "none";

    private static ViewQuery Query(Random random, string[] keys)
    {
        var query = new ViewQuery
        {
            Descending = random.Next(2) == 0,
            InclusiveEnd = random.Next(3) > 0,
            Skip = random.Next(3) == 0 ? random.Next(10) : 0,
            Limit = random.Next(3) == 0 ? random.Next(10) : long.MaxValue,
            GroupLevel = random.Next(4) is var level && level == 3 ? ViewQuery.GroupExactly : level,
        };
        if (random.Next(5) == 0)
        {
            // Review, F6 and F14: the order of groups, and bounds that hold for each key.
            return query with
            {
                Keys = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Key())],
                GroupLevel = ViewQuery.GroupExactly,
                StartId = random.Next(3) == 0 ? Ids[random.Next(Ids.Length)] : null,
                EndId = random.Next(3) == 0 ? Ids[random.Next(Ids.Length)] : null,
            };
        }

        if (random.Next(3) > 0)
        {
            query = query with { StartKey = Key(), StartId = random.Next(2) == 0 ? Ids[random.Next(Ids.Length)] : null };
        }

        if (random.Next(3) > 0)
        {
            query = query with { EndKey = Key(), EndId = random.Next(2) == 0 ? Ids[random.Next(Ids.Length)] : null };
        }

        return query;

        ReadOnlyMemory<byte> Key() => Encoding.UTF8.GetBytes(keys[random.Next(keys.Length)]);
    }
}
