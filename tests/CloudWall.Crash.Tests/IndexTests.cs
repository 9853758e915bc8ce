using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CloudWall.Crash.Tests;

/// <summary>
/// A node dies while it builds the index of many documents, again and again, until it comes to the end: then the index is what the
/// documents make it. <c>CLOUDWALL_CRASH_SEED</c> and <c>CLOUDWALL_PLUG_SEED</c>: which moments to begin with.
/// </summary>
public sealed class IndexTests(ITestOutputHelper output)
{
    private const int Documents = 12_000;
    private static readonly int Deaths = Soak.Number("CLOUDWALL_INDEX_DEATHS", 3);
    private const string Design =
        """
        {"views":{"n":{"map":"function (doc) { emit([doc.n % 100, doc._id], doc.n); emit([100, doc.n], 1); }","reduce":"_stats"}}}
        """;

    [Fact]
    public async Task An_index_whose_building_was_killed_is_what_the_documents_make_it()
    {
        var first = Soak.Number("CLOUDWALL_CRASH_SEED", 1);
        using var data = new TemporaryDirectory();
        await FillAsync(data);
        for (var seed = first; seed < first + Deaths; seed++)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLOUDWALL_CRASH_SEED={seed}"));
            await using var node = await NodeProcess.StartAsync(data.Path);
            var query = QueryAsync(node.Client, "?limit=1&reduce=false");
            await Task.WhenAny(query, Task.Delay(new Random(seed).Next(20, 900), TestContext.Current.CancellationToken));
            await node.KillAsync();
            try
            {
                using var answer = await query;
            }
            catch (HttpRequestException)
            {
                // It was killed in the midst.
            }
        }

        await CompareAsync(data);
    }

    [Fact]
    public async Task An_index_whose_building_lost_its_power_is_what_the_documents_make_it()
    {
        var first = Soak.Number("CLOUDWALL_PLUG_SEED", 1);
        using var data = new TemporaryDirectory();
        await FillAsync(data);
        var pulled = 0;
        for (var seed = first; seed < first + Deaths; seed++)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLOUDWALL_PLUG_SEED={seed}"));
            await using var node = await NodeProcess.StartAsync(
                data.Path, PlugLibrary.Environment(data.Path, after: new Random(seed).Next(20, 120), seed));
            try
            {
                // Compactions of the index write what is in memory to files while it is built; the limit is set so that something is synced.
                for (var n = 0; n < 500 && !node.HasExited; n++)
                {
                    using var answer = await QueryAsync(node.Client, "?limit=1&reduce=false&update=lazy");
                    using var compacted = await node.Client.PostAsync("many/_compact/d", Json("{}"), TestContext.Current.CancellationToken);
                    using var set = await node.Client.PutAsync("many/_revs_limit", Json("1000"), TestContext.Current.CancellationToken);
                }
            }
            catch (HttpRequestException)
            {
                // It was pulled.
            }

            pulled += node.HasExited ? 1 : 0;
            await node.KillAsync();
        }

        Assert.InRange(pulled, 1, Deaths);
        await CompareAsync(data);
    }

    private static async Task FillAsync(TemporaryDirectory data)
    {
        await using var node = await NodeProcess.StartAsync(data.Path);
        using var created = await node.Client.PutAsync("many", null);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        foreach (var some in Enumerable.Range(0, Documents).Chunk(2000))
        {
            await WriteAsync(node.Client, some);
        }

        using var design = await node.Client.PutAsync("many/_design/d", Json(Design));
        Assert.Equal(HttpStatusCode.Created, design.StatusCode);
        Assert.Equal(0, await node.StopAsync());
    }

    private static async Task WriteAsync(HttpClient client, IEnumerable<int> numbers)
    {
        var documents = numbers.Select(static n => string.Create(CultureInfo.InvariantCulture, $"{{\"_id\":\"{n:d6}-{n % 3}\",\"n\":{n}}}"));
        using var answer = await client.PostAsync("many/_bulk_docs", Json($"{{\"docs\":[{string.Join(',', documents)}]}}"));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    private static async Task<JsonDocument> QueryAsync(HttpClient client, string query) =>
        JsonDocument.Parse(await client.GetStringAsync("many/_design/d/_view/n" + query));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static async Task CompareAsync(TemporaryDirectory data)
    {
        await using var node = await NodeProcess.StartAsync(data.Path);
        Assert.False(node.HasExited, node.HasExited ? await node.Errors : "");
        using var groups = await QueryAsync(node.Client, "?group_level=1");
        var found = groups.RootElement.GetProperty("rows").EnumerateArray()
            .Select(static row => (
                row.GetProperty("key")[0].GetInt32(),
                row.GetProperty("value").GetProperty("count").GetInt64(),
                row.GetProperty("value").GetProperty("sum").GetInt64(),
                row.GetProperty("value").GetProperty("min").GetInt64(),
                row.GetProperty("value").GetProperty("max").GetInt64()))
            .ToList();
        var expected = Enumerable.Range(0, Documents).GroupBy(static n => n % 100).Select(static group => (
            group.Key, group.LongCount(), group.Sum(static n => (long)n), (long)group.Min(), (long)group.Max()))
            .Append((100, Documents, Documents, 1, 1));
        Assert.Equal(expected, found);
        using var page = await QueryAsync(node.Client, "?reduce=false&limit=3&startkey=%5B100,4711%5D");
        Assert.Equal(2 * Documents, page.RootElement.GetProperty("total_rows").GetInt32());
        Assert.Equal(Documents + 4711, page.RootElement.GetProperty("offset").GetInt32());
        Assert.Equal(0, await node.StopAsync());
    }
}
