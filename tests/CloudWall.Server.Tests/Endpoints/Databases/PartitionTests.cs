using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Documents.Databases;

namespace CloudWall.Server.Tests.Endpoints.Databases;

public sealed class PartitionTests
{
    /// <summary>Some of them are equal in the order of strings, one is longer than keys are kept.</summary>
    private static readonly string[] Partitions =
        ["a", "A", "a\u200b", "\u00e1", "a\u0301", "b", "a.b", "a b", "p\u0001", new string('p', 700), new string('p', 701), "none"];

    private static readonly string[] Keys =
        ["1", "1.0", "null", "\"x\"", "[1,2]", "[1,3]", "[2]", "{\"a\":1}", $"\"{new string('k', 900)}\"", $"[\"{new string('k', 900)}\",1]"];

    [Fact]
    public async Task A_partition_has_its_own_rows_and_no_others()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.Node.Databases.CreateAsync(
            "db", new DatabaseOptions(Partitioned: true), TestContext.Current.CancellationToken);
        var documents = Partitions[..^1].SelectMany(static (partition, i) => Keys.Skip(i % 3).Select((key, j) =>
            (Id: $"{partition}:{j}:x", Json: $"{{\"k\":{key}}}"))).ToList();
        await NodeUnderTest.PutAsync(database, documents);
        await NodeUnderTest.PutAsync(
            database,
            ("_design/v", """{"views":{"k":{"map":"function (doc) { emit(doc.k, 1); }","reduce":"_sum"}}}"""),
            ("_design/m", """{"language":"query","views":{"k":{"map":{"fields":{"k":"asc"}},"reduce":"_count","options":{"def":{"fields":["k"]}}}}}"""),
            ("_design/g", """{"options":{"partitioned":false},"views":{"k":{"map":"function (doc) { emit(doc.k, 1); }","reduce":"_sum"}}}"""));

        foreach (var partition in Partitions)
        {
            var path = $"/db/_partition/{Uri.EscapeDataString(partition)}";
            var expected = documents.Where(each => each.Id.StartsWith(partition + ":", StringComparison.Ordinal)).Select(static each => each.Id).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(expected, Ids(await GetAsync(node, path + "/_design/v/_view/k?reduce=false")));
            Assert.Equal(expected, Ids(await GetAsync(node, path + "/_design/v/_view/k?reduce=false&descending=true")));
            Assert.Equal(expected, Ids(await GetAsync(node, path + "/_all_docs")));
            var global = await GetAsync(node, "/db/_design/g/_view/k?reduce=false&key=[1,2]");
            Assert.Equal(
                Ids(global).Where(expected.Contains), Ids(await GetAsync(node, path + "/_design/v/_view/k?reduce=false&key=[1,2]")));
            foreach (var group in new[] { "group=true", "group_level=1", "group_level=1&descending=true", "" })
            {
                var sum = (await GetAsync(node, $"{path}/_design/v/_view/k?{group}"))["rows"]!.AsArray().Sum(static row => (int)row!["value"]!);
                Assert.Equal((group, expected.Count), (group, sum));
            }

            var found = await PostAsync(node, path + "/_find", """{"selector":{"k":{"$exists":true}},"limit":1000,"execution_stats":true}""");
            Assert.Equal(expected, found["docs"]!.AsArray().Select(static each => (string)each!["_id"]!).Order(StringComparer.Ordinal));
            Assert.Equal(expected.Count, (int)found["execution_stats"]!["total_keys_examined"]!);
            var scanned = await PostAsync(node, path + "/_find", """{"selector":{"none":{"$exists":false}},"limit":1000,"execution_stats":true}""");
            Assert.Equal(expected, scanned["docs"]!.AsArray().Select(static each => (string)each!["_id"]!).Order(StringComparer.Ordinal));
            Assert.Equal(expected.Count, (int)scanned["execution_stats"]!["total_keys_examined"]!);
            Assert.Equal(expected.Count, (int)(await GetAsync(node, path))["doc_count"]!);
        }
    }

    [Theory]
    [InlineData("/db/_partition/a/_all_docs?partition=b", "Conflicting value for `partition` in query string")]
    [InlineData("/db/_partition/a%3Ab", "Partition must not contain a colon")]
    [InlineData("/db/_design/v/_view/k", "`partition` parameter is mandatory for queries to this view.")]
    public async Task Queries_of_no_partition_are_refused(string path, string reason)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.Node.Databases.CreateAsync(
            "db", new DatabaseOptions(Partitioned: true), TestContext.Current.CancellationToken);
        await NodeUnderTest.PutAsync(database, ("_design/v", """{"views":{"k":{"map":"function (doc) { emit(doc.k); }"}}}"""));
        var (status, body) = await node.GetAsync(path);
        Assert.Equal((400, reason), (status, (string?)JsonNode.Parse(body)!["reason"]));
    }

    [Fact]
    public async Task A_system_database_is_not_partitioned()
    {
        await using var node = await NodeUnderTest.StartAsync();
        using var answer = await node.Client.PutAsync("/_users?partitioned=true", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static List<string> Ids(JsonNode listing) =>
        [.. listing["rows"]!.AsArray().Select(static row => (string)row!["id"]!).Order(StringComparer.Ordinal)];

    private static async Task<JsonNode> GetAsync(NodeUnderTest node, string path)
    {
        var (status, body) = await node.GetAsync(path);
        Assert.True(status == 200, path + body);
        return JsonNode.Parse(body)!;
    }

    private static async Task<JsonNode> PostAsync(NodeUnderTest node, string path, string json)
    {
        using var answer = await node.Client.PostAsync(
            path, new StringContent(json, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }
}
