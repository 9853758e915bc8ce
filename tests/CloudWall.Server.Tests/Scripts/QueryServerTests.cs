using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>Design documents in a language that a program of its own runs, here one in Node.</summary>
public sealed class QueryServerTests
{
    private const string Design =
        """
        {"language":"foo",
        "views":{"n":{"map":"function(doc) { if (doc.n) { emit(doc.n % 2, doc.n); } }","reduce":"function(keys, values) { return values.reduce((a, b) => a + b, 0); }"}},
        "shows":{"n":"function(doc, req) { return {headers: {'Content-Type': 'text/plain'}, body: doc._id + req.query.x}; }"},
        "lists":{"n":"function(row) { return row.id; }"},
        "updates":{"n":"function(doc, req) { return [{_id: 'made', n: 9}, {body: 'done'}]; }"},
        "filters":{"odd":"function(doc) { return doc.n % 2 == 1; }"},
        "validate_doc_update":"function(doc) { if (doc.bad) { throw {forbidden: 'bad'}; } }"}
        """;

    [Fact]
    public async Task All_functions_run_in_the_program()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design)).Status);
        foreach (var n in (int[])[1, 2, 3])
        {
            Assert.Equal(201, (await node.SendAsync("PUT", $"/db/d{n}", $$"""{"n":{{n}}}""")).Status);
        }

        Assert.Equal(
            """{"rows":[{"key":0,"value":2},{"key":1,"value":4}]}""",
            JsonNode.Parse((await node.SendAsync("GET", "/db/_design/d/_view/n?group=true")).Body)!.ToJsonString());
        Assert.Equal("d1y", Text(await node.SendAsync("GET", "/db/_design/d/_show/n/d1?x=y")));
        Assert.Equal("[d2d1d3]", Text(await node.SendAsync("GET", "/db/_design/d/_list/n/n?reduce=false")));
        Assert.Equal("done", Text(await node.SendAsync("POST", "/db/_design/d/_update/n")));
        Assert.Equal(9, (int)JsonNode.Parse((await node.SendAsync("GET", "/db/made")).Body)!["n"]!);
        var changes = JsonNode.Parse((await node.SendAsync("GET", "/db/_changes?filter=d/odd")).Body)!["results"]!.AsArray();
        Assert.Equal(["d1", "d3", "made"], changes.Select(static change => (string?)change!["id"]));
        var refused = await node.SendAsync("PUT", "/db/x", """{"bad":true}""");
        Assert.Equal((403, """{"error":"forbidden","reason":"bad"}"""), (refused.Status, Text(refused).Trim()));
    }

    [Fact]
    public async Task A_language_that_nothing_runs_is_unknown()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", """{"language":"bar","shows":{"x":"?"}}""")).Status);

        var answer = await node.SendAsync("GET", "/db/_design/d/_show/x");

        Assert.Equal((500, "unknown_query_language"), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["error"]));
    }

    private static string Text(HttpAnswer answer) => Encoding.UTF8.GetString(answer.Body);

    private static async Task<TestNode> StartAsync()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "QueryServers", "server.js");
        var node = await TestNode.StartAsync(TimeProvider.System, new Dictionary<string, string> { ["foo"] = $"node '{program}'" });
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        return node;
    }
}
