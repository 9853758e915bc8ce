using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Durability;

namespace CloudWall.Server.Tests.Stores;

/// <summary>What a node has built is there when it is started again.</summary>
public sealed class KeptIndexTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task No_document_is_mapped_again_at_the_next_start()
    {
        const string AsItIs = "db/_design/d/_view/v?update=false";
        var home = Path.Combine(_directory.Path, "home");
        JsonNode rows;
        await using (var node = await DurableNode.StartAsync(home))
        {
            Assert.Equal(201, (await node.PutAsync("db")).Status);
            Assert.Equal(201, (await node.PutAsync("db/_design/d", """{"views":{"v":{"map":"function(doc) { emit(doc.n, null); }"}}}""")).Status);
            Assert.Equal(201, (await node.PutAsync("db/one", """{"n":1}""")).Status);
            Assert.Equal(201, (await node.PutAsync("db/two", """{"n":2}""")).Status);
            Assert.Empty((await node.GetAsync(AsItIs))["rows"]!.AsArray());
            rows = (await node.GetAsync("db/_design/d/_view/v"))["rows"]!;
            Assert.Equal(201, (await node.PutAsync("db/three", """{"n":3}""")).Status);
        }

        await using var again = await DurableNode.StartAsync(home);
        Assert.Equal(2, rows.AsArray().Count);
        Assert.True(JsonNode.DeepEquals(rows, (await again.GetAsync(AsItIs))["rows"]));
        Assert.Equal(3, (await again.GetAsync("db/_design/d/_view/v"))["rows"]!.AsArray().Count);
    }

    public void Dispose() => _directory.Dispose();
}
