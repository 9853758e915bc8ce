using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Server.Tests.Limits;

/// <summary>Review, attack 4: what large requests have used stayed with the process until something else made it collect.</summary>
public sealed class MemoryReturnTests
{
    /// <summary>A replication's answers are held by the same bounds, and were never noticed.</summary>
    [Fact]
    public async Task After_a_large_document_was_pulled_memory_is_given_back()
    {
        var time = new FakeTimeProvider();
        await using var source = await TestNode.StartAsync();
        await using var node = await TestNode.StartAsync(time);
        Assert.Equal(201, (await source.SendAsync("PUT", "/db")).Status);
        var body = "{\"text\":\"" + new string('x', 7_000_000) + "\"}";
        Assert.Equal(201, (await source.SendAsync("PUT", "/db/doc", body, headers: "Content-Type: application/json")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);

        var request = $"{{\"source\":\"http://admin:pass@{source.Node.Address.Authority}/db\",\"target\":\"db\"}}";
        Assert.Equal(200, (await node.SendAsync("POST", "/_replicate", request, headers: "Content-Type: application/json")).Status);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, node.Node.MemoryReturn.Collections);
    }

    /// <summary>What functions have taken is counted apart.</summary>
    [Fact]
    public async Task After_a_function_that_took_much_memory_is_given_back()
    {
        var time = new FakeTimeProvider();
        await using var node = await TestNode.StartAsync(time);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        const string Design = """{"shows":{"s":"function () { var s = 'x'.repeat(5e7); return 'length ' + s.length; }"}}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design, headers: "Content-Type: application/json")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/_design/d/_show/s")).Status);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, node.Node.MemoryReturn.Collections);
    }

    /// <summary>Attachments are taken in pieces, none of which is large.</summary>
    [Theory]
    [InlineData("/db/doc/file", "application/octet-stream", "", "")]
    [InlineData("/db/doc", "application/json", "{\"_attachments\":{\"file\":{\"data\":\"", "\"}}}")]
    public async Task After_a_large_attachment_memory_is_given_back(string path, string type, string before, string after)
    {
        var time = new FakeTimeProvider();
        await using var node = await TestNode.StartAsync(time);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        var body = before + new string('A', 20_000_000) + after;
        Assert.Equal(201, (await node.SendAsync("PUT", path, body, headers: "Content-Type: " + type)).Status);
        await CollectedAsync(node, time);
    }

    /// <summary>An index is built from documents each of which is small.</summary>
    [Fact]
    public async Task After_an_index_was_built_from_much_memory_is_given_back()
    {
        var time = new FakeTimeProvider();
        await using var node = await TestNode.StartAsync(time);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        for (var i = 0; i < 12; i++)
        {
            var body = "{\"text\":\"" + new string('x', 2_000_000) + "\"}";
            Assert.Equal(201, (await node.SendAsync("PUT", $"/db/doc{i}", body, headers: "Content-Type: application/json")).Status);
        }

        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, node.Node.MemoryReturn.Collections);
        const string Design = """{"views":{"v":{"map":"function (doc) { emit(doc.text.length, null); }"}}}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design, headers: "Content-Type: application/json")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/_design/d/_view/v")).Status);
        await CollectedAsync(node, time);
    }

    [Theory]
    [InlineData(10_000, 0)]
    [InlineData(7_000_000, 1)]
    public async Task After_a_large_request_memory_is_given_back_once(int length, int collections)
    {
        var time = new FakeTimeProvider();
        await using var node = await TestNode.StartAsync(time);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        for (var i = 0; i < 2; i++)
        {
            var body = "{\"text\":\"" + new string('x', length) + "\"}";
            Assert.Equal(201, (await node.SendAsync("PUT", $"/db/doc{i}", body, headers: "Content-Type: application/json")).Status);
        }

        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(0, node.Node.MemoryReturn.Collections);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(collections, node.Node.MemoryReturn.Collections);
    }

    /// <summary>The answer may be here before the node has noted what it took.</summary>
    private static Task CollectedAsync(TestNode node, FakeTimeProvider time) => SlowRequest.UntilAsync(() =>
    {
        time.Advance(TimeSpan.FromSeconds(11));
        return node.Node.MemoryReturn.Collections == 1;
    });
}
