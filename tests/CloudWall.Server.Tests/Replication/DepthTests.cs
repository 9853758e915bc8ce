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

    private static string Deep(int depth) => new string('[', depth) + new string(']', depth);
}
