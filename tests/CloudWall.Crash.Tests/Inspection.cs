using System.Net;
using System.Text.Json;
using CloudWall.Documents.Tests;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Crash.Tests;

/// <summary>Looks at what a node has after it died: all that was acknowledged, nothing torn, and all of it in agreement.</summary>
internal static class Inspection
{
    /// <summary>Compares what a node has with what it has promised, and takes it as what is there.</summary>
    public static async Task OverHttpAsync(HttpClient client, Ledger ledger)
    {
        foreach (var id in ledger.Ids.ToList())
        {
            var found = id.StartsWith("other", StringComparison.Ordinal) ? await FindDatabaseAsync(client, id) : await FindAsync(client, id);
            var possible = ledger.Possible(id).ToList();
            Assert.True(
                possible.Exists(state => Matches(state, found)),
                $"{id} is {found?.ToString() ?? "not there"}, and could be {string.Join(" or ", possible.Select(state => state?.ToString() ?? "nothing"))}");
            ledger.Settle(id, found);
        }

        await CompareFeedAsync(client, ledger);
        await Workload.PutViewsAsync(client);
        await CompareViewsAsync(client);
    }

    /// <summary>Holds the views against the documents: rows, reductions over ranges and groups, offsets.</summary>
    private static async Task CompareViewsAsync(HttpClient client)
    {
        using var listing = await ReadAsync(client, Workload.Database + "/_all_docs?include_docs=true");
        var values = listing.RootElement.GetProperty("rows").EnumerateArray()
            .Where(row => row.GetProperty("doc").TryGetProperty("v", out _))
            .Select(row => (Id: row.GetProperty("id").GetString()!, Value: row.GetProperty("doc").GetProperty("v").GetInt64()))
            .ToList();
        using var ids = await ReadAsync(client, Workload.Views + "ids?reduce=false");
        Assert.Equal(
            values,
            ids.RootElement.GetProperty("rows").EnumerateArray()
                .Select(row => (row.GetProperty("id").GetString()!, row.GetProperty("value").GetInt64())).OrderBy(row => row.Item1, StringComparer.Ordinal));
        using var sum = await ReadAsync(client, Workload.Views + "ids?startkey=%22c1%22&endkey=%22c4%22");
        var middle = values.Where(value => value.Id[1] is >= '1' and < '4').Sum(value => value.Value);
        Assert.Equal(middle, sum.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("value").GetInt64()).SingleOrDefault());

        var rows = values.SelectMany(value => new[] { (Key: value.Value % 10, Value: value.Value), (Key: value.Value % 7, Value: 1L) }).ToList();
        using var groups = await ReadAsync(client, Workload.Views + "digits?group_level=1");
        Assert.Equal(
            rows.GroupBy(row => row.Key).OrderBy(group => group.Key).Select(group => (group.Key, group.Max(row => row.Value))),
            groups.RootElement.GetProperty("rows").EnumerateArray()
                .Select(row => (row.GetProperty("key")[0].GetInt64(), row.GetProperty("value").GetInt64())));
        using var page = await ReadAsync(client, Workload.Views + "digits?reduce=false&limit=1&startkey=%5B5%5D");
        Assert.Equal(rows.Count, page.RootElement.GetProperty("total_rows").GetInt32());
        Assert.Equal(rows.Count(row => row.Key < 5), page.RootElement.GetProperty("offset").GetInt32());
    }

    /// <summary>Checks the store of a node that has ended.</summary>
    public static void OfFiles(string data)
    {
        using var store = RocksDbStore.Open(Path.Combine(data, "store"), new RocksDbOptions());
        EngineCheck.Verify(store, uploads: true);
    }

    /// <summary>Checks that no start has taken a torn end for lost commits: it would have kept the log.</summary>
    public static void OfLosses(string data) => Assert.Empty(Directory.GetDirectories(data, "store.damaged-*"));

    private static bool Matches(DocumentState? promised, DocumentState? found) => promised is null || found is null
        ? promised is null && found is null
        : promised.Value == found.Value && promised.Content == found.Content && (promised.Revision is null || promised.Revision == found.Revision);

    private static async Task<DocumentState?> FindDatabaseAsync(HttpClient client, string name)
    {
        using var answer = await client.GetAsync(name);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : new DocumentState(null, 0, null);
    }

    private static async Task<DocumentState?> FindAsync(HttpClient client, string id)
    {
        using var answer = await client.GetAsync($"{Workload.Database}/{id}");
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var value = json.RootElement.GetProperty("v").GetInt32();
        Assert.Equal(value, json.RootElement.GetProperty("twice").GetInt32());
        (int, int)? content = null;
        if (json.RootElement.TryGetProperty("_attachments", out _))
        {
            var bytes = await client.GetByteArrayAsync($"{Workload.Database}/{id}/file");
            content = Contents.Find(bytes);
        }

        return new DocumentState(json.RootElement.GetProperty("_rev").GetString(), value, content);
    }

    private static async Task CompareFeedAsync(HttpClient client, Ledger ledger)
    {
        using var info = await ReadAsync(client, Workload.Database);
        using var feed = await ReadAsync(client, Workload.Database + "/_changes?style=all_docs");
        using var listing = await ReadAsync(client, Workload.Database + "/_all_docs");
        var rows = feed.RootElement.GetProperty("results").EnumerateArray().ToList();
        var living = rows.Where(row => !row.TryGetProperty("deleted", out _))
            .ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("changes")[0].GetProperty("rev").GetString());
        var listed = listing.RootElement.GetProperty("rows").EnumerateArray()
            .ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("value").GetProperty("rev").GetString());
        var expected = ledger.Ids.Where(id => id[0] == 'c' && ledger[id] is not null).ToDictionary(id => id, id => ledger[id]!.Revision);
        Assert.Equal(expected.OrderBy(pair => pair.Key), living.Where(IsDocument).OrderBy(pair => pair.Key));
        Assert.Equal(expected.OrderBy(pair => pair.Key), listed.Where(IsDocument).OrderBy(pair => pair.Key));
        Assert.Equal(rows.Count, rows.Select(row => row.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(listed.Count, info.RootElement.GetProperty("doc_count").GetInt32());
        Assert.Equal(rows.Count - listed.Count, info.RootElement.GetProperty("doc_del_count").GetInt32());
        for (var i = 0; i < rows.Count; i += 5)
        {
            var since = Uri.EscapeDataString(rows[i].GetProperty("seq").GetString()!);
            using var page = await ReadAsync(client, $"{Workload.Database}/_changes?limit=1&since={since}");
            Assert.Equal(Math.Max(0, rows.Count - i - 2), page.RootElement.GetProperty("pending").GetInt32());
        }

        foreach (var (id, offset) in listed.Keys.Select((id, i) => (id, i)).Where(row => row.i % 5 == 0))
        {
            using var page = await ReadAsync(client, $"{Workload.Database}/_all_docs?limit=1&startkey=%22{id}%22");
            Assert.Equal(offset, page.RootElement.GetProperty("offset").GetInt32());
        }
    }

    private static bool IsDocument(KeyValuePair<string, string?> document) => document.Key[0] == 'c';

    private static async Task<JsonDocument> ReadAsync(HttpClient client, string path) => JsonDocument.Parse(await client.GetStringAsync(path));
}
