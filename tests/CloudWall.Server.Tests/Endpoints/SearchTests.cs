using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>Full-text search, which this node has not, answers as that of a CouchDB that has none connected.</summary>
public sealed class SearchTests
{
    [Theory]
    [InlineData("GET", "/db/_design/d/_search/s?q=a", 503, "Search is not available")]
    [InlineData("GET", "/db/_design/d/_search_info/s", 503, "Search is not available")]
    [InlineData("POST", "/db/_search_cleanup", 503, "Search is not available")]
    [InlineData("GET", "/db/_design/d/_nouveau/s?q=a", 404, "missing")]
    [InlineData("GET", "/db/_design/d/_nouveau_info/s", 404, "missing")]
    [InlineData("GET", "/db/_design/none/_search/s?q=a", 404, "missing")]
    public async Task Is_not_available(string method, string path, int status, string reason)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", "{}")).Status);

        var answer = await node.SendAsync(method, path, null, "admin:pass", "Content-Type: application/json");

        Assert.Equal((status, reason), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["reason"]));
    }
}
