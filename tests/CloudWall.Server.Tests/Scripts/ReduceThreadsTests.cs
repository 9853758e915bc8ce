using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>Review, house A3: functions of views make no thread wait that answers requests.</summary>
public sealed class ReduceThreadsTests
{
    [Fact]
    public async Task Queries_that_call_reduce_functions_hold_up_no_thread_of_the_pool()
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        await node.SendAsync("PUT", "/db/_design/d", new JsonObject
        {
            ["views"] = new JsonObject
            {
                ["v"] = new JsonObject
                {
                    ["map"] = "function(doc) { emit([doc.n % 5, doc.n], doc.n); }",
                    ["reduce"] = "function(keys, values, again) { return sum(values); }",
                },
            },
        }.ToJsonString());
        await node.SendAsync(
            "POST",
            "/db/_bulk_docs",
            new JsonObject { ["docs"] = new JsonArray([.. Enumerable.Range(0, 50).Select(static n => new JsonObject { ["_id"] = $"{n:00}", ["n"] = n })]) }.ToJsonString(),
            "admin:pass",
            "Content-Type: application/json");
        await node.SendAsync("GET", "/db/_design/d/_view/v");
        var before = node.Node.Scripts.Runner.PoolWaits;
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => node.SendAsync(
            "GET",
            i % 3 == 0 ? "/db/_design/d/_view/v?group=true" : i % 3 == 1 ? "/db/_design/d/_view/v?group_level=1&skip=1&limit=3" : "/db/_design/d/_view/v")));
        Assert.Equal(before, node.Node.Scripts.Runner.PoolWaits);
        for (var i = 0; i < answers.Length; i++)
        {
            var rows = JsonNode.Parse(Encoding.UTF8.GetString(answers[i].Body))!["rows"]!.AsArray();
            Assert.Equal((i % 3) switch { 0 => 50, 1 => 3, _ => 1 }, rows.Count);
            Assert.Equal((i % 3) switch { 0 => 0, 1 => 235, _ => 1225 }, (int)rows[0]!["value"]!);
        }
    }
}
