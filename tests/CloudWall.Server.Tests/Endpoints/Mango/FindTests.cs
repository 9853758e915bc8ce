using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Documents.Json;
using CloudWall.Mango.Selectors;
using CloudWall.Mango.Tests.Matching;
using CsCheck;

namespace CloudWall.Server.Tests.Endpoints.Mango;

public sealed class FindTests
{
    private static readonly string[] Indexes =
        ["""["a"]""", """["b"]""", """["a","b"]""", """["a.b"]""", """["é","a"]""", """["_id","a"]""", """["b.0"]""", """[{"c":"desc"}]"""];

    [Fact]
    public async Task Queries_have_the_same_answer_through_every_index_and_without_any()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("plain");
        await node.CreateAsync("indexed");
        var documents = new Dictionary<string, string>(StringComparer.Ordinal);
        Samples.Body.Array[150].Sample(
            bodies =>
            {
                for (var i = 0; i < bodies.Length; i++)
                {
                    var id = $"{"aBbÄ"[i % 4]}{i}";
                    documents[id] = NormalText($"{{\"_id\":\"{id}\"{(bodies[i] == "{}" ? "" : ",")}{bodies[i][1..]}");
                }
            },
            iter: 1,
            threads: 1);
        foreach (var database in new[] { "plain", "indexed" })
        {
            await NodeUnderTest.PutAsync(node.Node.Databases.Find(database)!, documents.Select(static each => (each.Key, each.Value)));
        }

        for (var i = 0; i < Indexes.Length; i++)
        {
            Assert.Equal(
                "created",
                (string?)(await PostAsync(node, "/indexed/_index", $$"""{"index":{"fields":{{Indexes[i]}}},"ddoc":"i{{i}}","name":"n"}"""))["result"]);
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        await Samples.Selector.SampleAsync(
            async selector =>
            {
                var normal = Print(Selector.Parse(NormalJson.Parse(selector)));
                var expected = documents.Where(each => ReferenceMatcher.Matches(normal, each.Value)).Select(static each => each.Key);
                expected = normal is """{"$and":[]}""" or """{"$or":[]}""" ? [] : expected;
                var sorted = string.Join(' ', expected.Order(StringComparer.Ordinal));
                Assert.Equal(sorted, await IdsAsync(node, "plain", selector, ""));
                Assert.Equal(sorted, await IdsAsync(node, "indexed", selector, ""));
                for (var i = 0; i < Indexes.Length; i++)
                {
                    Assert.Equal(sorted, await IdsAsync(node, "indexed", selector, $",\"use_index\":\"i{i}\",\"fields\":[\"_id\"]"));
                }

                var plan = await PostAsync(node, "/indexed/_explain", $"{{\"selector\":{selector}}}");
                used.Add((string?)plan["index"]!["ddoc"] ?? "");
            },
            iter: 300,
            threads: 1);
        Assert.True(used.Count > 3);
    }

    [Fact]
    public async Task Pages_follow_each_other_through_indexes_and_ids()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(
            database, Enumerable.Range(0, 50).Select(static i => ($"d{i:00}", $$"""{"n":{{i % 7}},"o":[{{i}}]}""")));
        await PostAsync(node, "/db/_index", """{"index":{"fields":["n"]},"ddoc":"n","name":"n"}""");
        foreach (var query in new[]
        {
            """{"selector":{"n":{"$gt":null}},"limit":7,"fields":["_id"]""",
            """{"selector":{"n":{"$gt":null}},"limit":7,"sort":[{"n":"desc"}]""",
            """{"selector":{"o":{"$exists":true}},"limit":7""",
            """{"selector":{"_id":{"$gt":null}},"sort":[{"_id":"desc"}],"limit":7""",
        })
        {
            var seen = new List<string>();
            for (var bookmark = ""; ;)
            {
                var page = await PostAsync(node, "/db/_find", $"{query},\"bookmark\":\"{bookmark}\"}}");
                var ids = page["docs"]!.AsArray().Select(static document => (string)document!["_id"]!).ToList();
                if (ids.Count == 0)
                {
                    break;
                }

                seen.AddRange(ids);
                bookmark = (string)page["bookmark"]!;

                // What a page has ended with may be gone when the next is asked for.
                if (seen.Count == 14)
                {
                    var (_, document) = await node.GetAsync("/db/" + seen[^1]);
                    using var deleted = await node.Client.DeleteAsync(
                        $"/db/{seen[^1]}?rev={JsonNode.Parse(document)!["_rev"]}", TestContext.Current.CancellationToken);
                    Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
                }
            }

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.True(seen.Count >= 46, query);
        }
    }

    [Theory]
    [InlineData("""{"selector":{"x":1},"bookmark":"WzEsMl0"}""", "invalid_bookmark")]
    [InlineData("""{"selector":{"x":1},"bookmark":"nil"}""", "invalid_bookmark")]
    [InlineData("""{"selector":{"x":1},"limit":1.5}""", "invalid_non_neg_integer")]
    [InlineData("""{"selector":{"x":1},"stale":"maybe"}""", "invalid_ok_or_false_value")]
    [InlineData("""{"selector":{"x":{"$regex":"(a"}}}""", "bad_arg")]
    [InlineData("""{"selector":{"x":1},"partition":"p"}""", "query_parse_error")]
    public async Task Bad_queries_are_refused(string query, string error)
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("db");
        Assert.Equal(error, (string?)(await PostAsync(node, "/db/_find", query))["error"]);
    }

    [Fact]
    public async Task Kinds_of_indexes_that_need_another_service_are_refused()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("db");
        foreach (var type in new[] { "text", "nouveau" })
        {
            using var answer = await node.Client.PostAsync(
                "/db/_index", Json($$"""{"index":{},"type":"{{type}}"}"""), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    private static async Task<string> IdsAsync(NodeUnderTest node, string database, string selector, string more)
    {
        var found = await PostAsync(node, $"/{database}/_find", $"{{\"selector\":{selector},\"limit\":1000{more}}}");
        Assert.True(found["docs"] is not null, found.ToJsonString());
        return string.Join(' ', found["docs"]!.AsArray().Select(static each => (string)each!["_id"]!).Order(StringComparer.Ordinal));
    }

    private static async Task<JsonNode> PostAsync(NodeUnderTest node, string path, string json)
    {
        using var answer = await node.Client.PostAsync(path, Json(json), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static string NormalText(string json) => Encoding.UTF8.GetString(NormalJson.Parse(json).Utf8.Span);

    private static string Print(Selector selector)
    {
        using var json = new JsonBuffer();
        selector.Write(json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
