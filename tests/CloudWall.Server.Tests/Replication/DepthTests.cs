using System.Text.Json;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Review, house A7: JSON that is nested deeper than the framework's readers allow by themselves.</summary>
public sealed class DepthTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    public async Task A_deep_document_of_a_replicator_database_is_replicated_and_gets_its_state(int depth)
    {
        await using var node = await InProcessNode.StartAsync();
        Assert.True((await node.PutAsync("/_replicator", string.Empty)).Status is 201 or 412);
        var deep = Deep(depth);
        var document = $$"""{"source":"db","target":"copy","create_target":true,"note":{{deep}}}""";

        Assert.Equal(201, (await node.PutAsync("/_replicator/one", document)).Status);

        using var patience = new CancellationTokenSource(Patience);
        var text = string.Empty;
        while (!text.Contains("\"_replication_state\":\"completed\"", StringComparison.Ordinal))
        {
            await Task.Delay(10, patience.Token);
            text = (await node.GetAsync("/_replicator/one")).Text;
        }

        Assert.Equal(200, (await node.GetAsync("/_scheduler/docs/_replicator/one")).Status);
        Assert.Contains(deep, text, StringComparison.Ordinal);
        Assert.Contains("\"owner\":\"admin\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    public async Task A_deep_request_is_understood(int depth)
    {
        await using var node = await InProcessNode.StartAsync();
        var request = $$"""{"source":"db","target":"copy","create_target":true,"note":{{Deep(depth)}}}""";
        var answer = await node.PostAsync("/_replicate", request);
        Assert.True(answer.Status == 200, answer.Text);
    }

    [Theory]
    [InlineData("db", 100)]
    [InlineData("db", 3000)]
    [InlineData("URL", 100)]
    [InlineData("URL", 3000)]
    public async Task Deep_documents_are_copied_and_a_deep_design_document_filters(string source, int depth)
    {
        await using var node = await InProcessNode.StartAsync();
        var deep = Deep(depth);
        var design = $$"""{"note":{{deep}},"filters":{"yes":"function (doc) { return doc._id !== 'no'; }"} }""";
        Assert.Equal(201, (await node.PutAsync("/db/_design/f", design)).Status);
        Assert.Equal(201, (await node.PutAsync("/db/a", $$"""{"note":{{deep}}}""")).Status);
        Assert.Equal(201, (await node.PutAsync("/db/no", "{}")).Status);
        var from = source == "db" ? source : $"http://admin:secret@{node.Address.Authority}/db";

        var answer = await node.PostAsync("/_replicate", $$"""{"source":"{{from}}","target":"copy","create_target":true,"filter":"f/yes"}""");

        Assert.True(answer.Status == 200, answer.Text);
        var run = JsonNode.Parse(answer.Bytes, documentOptions: new JsonDocumentOptions { MaxDepth = int.MaxValue })!["history"]![0]!;
        Assert.Equal((2, 0), ((int)run["docs_written"]!, (int)run["doc_write_failures"]!));
        Assert.Contains(deep, (await node.GetAsync("/copy/a")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db")]
    [InlineData("URL")]
    public async Task A_deep_sequence_is_none(string source)
    {
        await using var node = await InProcessNode.StartAsync();
        var from = source == "db" ? source : $"http://admin:secret@{node.Address.Authority}/db";
        var answer = await node.PostAsync("/_replicate", $$"""{"source":"{{from}}","target":"copy","create_target":true,"since_seq":{{Deep(100)}} }""");
        Assert.Equal((400, "bad_request"), (answer.Status, (string?)JsonNode.Parse(answer.Bytes)!["error"]));
    }

    /// <summary>To read them took time that grew with the square of their depth.</summary>
    [Theory]
    [InlineData("POST", "/_replicate", "\"note\":[", "]", 400, "bad_request")]
    [InlineData("POST", "/_replicate", "\"selector\":{\"$not\":", "}", 400, "bad_request")]
    [InlineData("POST", "/_replicate", "\"since_seq\":[", "]", 400, "bad_request")]
    [InlineData("POST", "/_replicate", "\"cancel\":true,\"note\":[", "]", 400, "bad_request")]
    [InlineData("PUT", "/_replicator/one", "\"note\":[", "]", 403, "forbidden")]
    [InlineData("PUT", "/_replicator/one", "\"selector\":{\"$not\":", "}", 403, "forbidden")]
    [InlineData("POST", "/_replicator", "\"note\":[", "]", 403, "forbidden")]
    public async Task What_asks_for_a_replication_may_not_be_nested_deeper_than_5000_levels(
        string method, string path, string open, string close, int status, string error)
    {
        const int Depth = 60_000;
        await using var node = await InProcessNode.StartAsync();
        Assert.True((await node.PutAsync("/_replicator", string.Empty)).Status is 201 or 412);
        var begin = open[(open.LastIndexOf(':') + 1)..];
        var unit = open.StartsWith("\"selector\"", StringComparison.Ordinal) ? "{\"$not\":" : begin;
        var name = open[..^unit.Length];
        var deep = string.Concat(Enumerable.Repeat(unit, Depth)) + "{}" + string.Concat(Enumerable.Repeat(close, Depth));
        var request = $$"""{"source":"db","target":"copy",{{name}}{{deep}}}""";

        var answer = await node.SendAsync(method, path, InProcessNode.Json(request));

        Assert.Equal((status, error), (answer.Status, (string?)JsonNode.Parse(answer.Bytes)!["error"]));
        Assert.Contains("5000 levels", answer.Text, StringComparison.Ordinal);
        if (path != "/_replicate")
        {
            var bulk = await node.PostAsync("/_replicator/_bulk_docs", $$"""{"docs":[{{request}}]}""");
            Assert.Contains("5000 levels", bulk.Text, StringComparison.Ordinal);
        }
    }

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);
}
