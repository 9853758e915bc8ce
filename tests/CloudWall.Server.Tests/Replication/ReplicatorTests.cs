using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Documents of <c>_replicator</c>, and what the scheduler says of them.</summary>
public sealed class ReplicatorTests
{
    private const string Continuous = """{"source":"db","target":"copy","create_target":true,"continuous":true}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_node_whose_documents_have_jobs_stops_and_has_recorded_how_far_they_came()
    {
        var node = await StartAsync();
        try
        {
            Assert.Equal(201, (await node.PutAsync("/_replicator/one", Continuous)).Status);
            Assert.Equal(201, (await node.PutAsync("/db/x", "{}")).Status);
            await UntilAsync(node, "/copy/x", static answer => answer.Status == 200);
            await UntilAsync(node, "/_scheduler/docs/_replicator/one", static answer => answer.Text.Contains("\"through_seq\":\"1-", StringComparison.Ordinal));
        }
        finally
        {
            await node.DisposeAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_document_waits_while_a_request_does_the_same()
    {
        await using var node = await StartAsync();
        Assert.Equal(202, (await node.PostAsync("/_replicate", Continuous)).Status);
        Assert.Equal(201, (await node.PutAsync("/_replicator/one", Continuous)).Status);
        await UntilAsync(node, "/_scheduler/docs/_replicator/one", static answer => State(answer) == "error");
        Assert.Equal(["one"], await ListAsync(node, "error,failed"));

        Assert.Equal(200, (await node.PostAsync("/_replicate", Continuous.Replace("}", ",\"cancel\":true}", StringComparison.Ordinal))).Status);

        await UntilAsync(node, "/_scheduler/docs/_replicator/one", static answer => State(answer) == "running");
    }

    [Theory]
    [InlineData("db", false)]
    [InlineData("db", true)]
    [InlineData("URL", true)]
    public async Task A_document_with_a_selector_copies_what_matches(string source, bool continuous)
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.PutAsync("/db/no", """{"a":2}""")).Status);
        Assert.Equal(201, (await node.PutAsync("/db/yes", """{"a":1}""")).Status);
        var from = source == "db" ? source : $"http://admin:secret@{node.Address.Authority}/db";
        Assert.Equal(201, (await node.PutAsync("/_replicator/one", $$"""
            {"source":"{{from}}","target":"copy","create_target":true,"selector":{"a":1},"continuous":{{(continuous ? "true" : "false")}}}
            """)).Status);
        await UntilAsync(node, "/copy/yes", static answer => answer.Status == 200);
        if (continuous)
        {
            Assert.Equal(201, (await node.PutAsync("/db/later", """{"a":1.0}""")).Status);
            await UntilAsync(node, "/copy/later", static answer => answer.Status == 200);
        }
        else
        {
            await UntilAsync(node, "/_scheduler/docs/_replicator/one", static answer => State(answer) == "completed");
        }

        Assert.Equal(404, (await node.GetAsync("/copy/no")).Status);
    }

    [Fact]
    public async Task A_document_with_a_bad_selector_says_so()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.PutAsync("/_replicator/one", """
            {"source":"db","target":"copy","create_target":true,"selector":{"a":{"$bad":1}}}
            """)).Status);
        await UntilAsync(
            node, "/_scheduler/docs/_replicator/one", static answer => answer.Text.Contains("Invalid operator: $bad", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Documents_are_listed_by_their_states()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.PutAsync("/_replicator/on", Continuous)).Status);
        Assert.Equal(201, (await node.PutAsync("/_replicator/once", """{"source":"db","target":"once","create_target":true}""")).Status);
        await UntilAsync(node, "/_scheduler/docs/_replicator/on", static answer => State(answer) == "running");
        await UntilAsync(node, "/_scheduler/docs/_replicator/once", static answer => State(answer) == "completed");

        Assert.Equal(["on"], await ListAsync(node, "running"));
        Assert.Equal(["once"], await ListAsync(node, "COMPLETED,failed"));
        Assert.Equal(["on", "once"], await ListAsync(node, "completed,running"));
        Assert.Equal(["on", "once"], await ListAsync(node, string.Empty));
        var refused = await node.GetAsync("/_scheduler/docs?states=running,foo");
        Assert.Equal(400, refused.Status);
        Assert.Equal(
            """{"error":"query_parse_error","reason":"Unknown states [foo]. Choose from: [initializing,error,running,pending,crashing,completed,failed]"}""",
            refused.Text.Trim());
    }

    [Fact]
    public async Task What_is_listed_as_completed_is_so_in_its_document()
    {
        await using var source = await EchoServer.StartAsync();
        await using var node = await StartAsync(("replicator", "retries_per_request", "1"), ("replicator", "max_backoff", "1"));
        Assert.Equal(201, (await node.PutAsync(
            "/_replicator/once", $$"""{"source":"http://{{source.Address.Authority}}/far","target":"db","use_checkpoints":false}""")).Status);
        await UntilAsync(node, "/_scheduler/docs/_replicator/once", static answer => State(answer) == "crashing");
        var failed = 0;
        node.Store.FailCommits = _ => Interlocked.Increment(ref failed) > 0;
        source.Behaves = true;

        // The second attempt to write the state comes a while after the first: what has ended waits for it.
        await UntilAsync(node, "/_scheduler/docs/_replicator/once", answer =>
        {
            Assert.NotEqual("completed", State(answer));
            return Volatile.Read(ref failed) > 1;
        });
        node.Store.FailCommits = null;
        await UntilAsync(node, "/_scheduler/docs/_replicator/once", static answer => State(answer) == "completed");

        Assert.Equal("completed", (string?)JsonNode.Parse((await node.GetAsync("/_replicator/once")).Bytes)!["_replication_state"]);
    }

    private static async Task<InProcessNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var node = await InProcessNode.StartAsync(settings);
        Assert.Equal(201, (await node.PutAsync("/_replicator", string.Empty)).Status);
        return node;
    }

    private static string? State(InProcessNode.Answer answer) => (string?)JsonNode.Parse(answer.Bytes)?["state"];

    private static async Task<IEnumerable<string?>> ListAsync(InProcessNode node, string states)
    {
        var listing = JsonNode.Parse((await node.GetAsync("/_scheduler/docs?states=" + states)).Bytes)!;
        return listing["docs"]!.AsArray().Select(static document => (string?)document!["doc_id"]);
    }

    private static async Task UntilAsync(InProcessNode node, string path, Func<InProcessNode.Answer, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var answer = await node.GetAsync(path); !condition(answer); answer = await node.GetAsync(path))
        {
            Assert.False(patience.IsCancellationRequested, answer.Text);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
