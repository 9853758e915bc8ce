using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

public sealed class LocalReplicationTests
{
    [Theory]
    [InlineData("""{"source":"from","target":"to","filter":"f/kind","query_params":{"kind":"b"}}""")]
    [InlineData("""{"source":"from","target":"to","filter":"_view","query_params":{"view":"f/b"}}""")]
    public async Task A_database_of_this_node_is_filtered_by_its_own_functions(string request)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/from")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/to")).Status);
        const string Design =
            """{"filters":{"kind":"function(doc, req) { return doc.kind == req.query.kind; }"},"views":{"b":{"map":"function(doc) { if (doc.kind == 'b') emit(1); }"}}}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/from/_design/f", Design)).Status);
        foreach (var (id, kind) in new[] { ("x", "a"), ("y", "b"), ("z", "b") })
        {
            Assert.Equal(201, (await node.SendAsync("PUT", "/from/" + id, $$"""{"kind":"{{kind}}"}""")).Status);
        }

        var answer = await node.SendAsync("POST", "/_replicate", request, "admin:pass", "Content-Type: application/json");
        Assert.Equal(200, answer.Status);
        var rows = JsonNode.Parse((await node.SendAsync("GET", "/to/_all_docs")).Body)!["rows"]!.AsArray();
        Assert.Equal(["y", "z"], rows.Select(static row => (string?)row!["id"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"continuous\":true")]
    public async Task All_of_a_database_is_filtered_however_many_batches_that_takes(string more)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/from")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/to")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/from/_design/f", """{"filters":{"third":"function(doc) { return doc.n % 3 == 0; }"}}""")).Status);
        var documents = string.Join(',', Enumerable.Range(0, 100).Select(static n => $$"""{"n":{{n}}}"""));
        Assert.Equal(201, (await node.SendAsync("POST", "/from/_bulk_docs", $$"""{"docs":[{{documents}}]}""", "admin:pass", "Content-Type: application/json")).Status);

        var request = $$"""{"source":"from","target":"to","filter":"f/third","worker_batch_size":7{{more}}}""";
        Assert.InRange((await node.SendAsync("POST", "/_replicate", request, "admin:pass", "Content-Type: application/json")).Status, 200, 202);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await CountAsync() < 34)
        {
            Assert.False(more.Length == 0 || patience.IsCancellationRequested);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        async Task<int> CountAsync() => (int)JsonNode.Parse((await node.SendAsync("GET", "/to")).Body)!["doc_count"]!;
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData(""","user_ctx":{"name":"ann","roles":["writer"]}""", 2)]
    [InlineData(""","user_ctx":{"name":"bob","roles":[]}""", 1)]
    public async Task Validation_sees_as_whom_a_replication_writes(string user, int arrived)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/from")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/to")).Status);
        foreach (var path in (string[])["/from/_security", "/to/_security"])
        {
            Assert.Equal(200, (await node.SendAsync("PUT", path, "{}")).Status);
        }

        const string Design =
            """{"validate_doc_update":"function(doc, old, ctx) { if (ctx.roles.indexOf('_admin') < 0 && ctx.roles.indexOf('writer') < 0) throw {forbidden: 'no'}; }"}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/to/_design/v", Design)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/from/x", "{}")).Status);

        var answer = await node.SendAsync("POST", "/_replicate", $$"""{"source":"from","target":"to"{{user}}}""", "admin:pass", "Content-Type: application/json");
        Assert.Equal(200, answer.Status);
        Assert.Equal(2 - arrived, (int)JsonNode.Parse(answer.Body)!["history"]![0]!["doc_write_failures"]!);
        Assert.Equal(arrived, JsonNode.Parse((await node.SendAsync("GET", "/to/_all_docs")).Body)!["rows"]!.AsArray().Count);
    }
}
