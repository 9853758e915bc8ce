using System.Globalization;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>What is not there yet is the client's to do without: 400 with words, not 501, which followers take for a failure that may pass.</summary>
public sealed class NotYetTests
{
    [Theory]
    [InlineData("POST", "/db/_search_cleanup", null, "full-text")]
    [InlineData("GET", "/db/_design/d/_search/s?q=a", null, "full-text")]
    [InlineData("GET", "/db/_design/d/_nouveau/s?q=a", null, "full-text")]
    [InlineData("PUT", "/parts?partitioned=true", null, "partitioned")]
    [InlineData("GET", "/db/_partition/p", null, "partitioned")]
    [InlineData("POST", "/db/_partition/p/_find", "{}", "partitioned")]
    public async Task Is_refused_in_words(string method, string path, string? body, string word)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", "{}")).Status);

        var answer = await node.SendAsync(method, path, body, "admin:pass", "Content-Type: application/json");

        Assert.Equal(400, answer.Status);
        Assert.Contains(word, (string?)JsonNode.Parse(answer.Body)!["reason"], StringComparison.Ordinal);
        Assert.Equal(404, (await node.SendAsync("GET", "/parts")).Status);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("http://admin:pass@127.0.0.1:PORT/other")]
    public async Task Replications_refuse_it_too(string target)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        target = target.Replace("PORT", node.Node.Address.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var answer = await node.SendAsync(
            "POST", "/_replicate", $$$"""{"source":"db","target":"{{{target}}}","create_target":true,"create_target_params":{"partitioned":true}}""", "admin:pass", "Content-Type: application/json");
        Assert.Equal("not_implemented", (string?)JsonNode.Parse(answer.Body)!["error"]);
        Assert.Contains("partitioned", (string?)JsonNode.Parse(answer.Body)!["reason"], StringComparison.Ordinal);
        Assert.Equal(404, (await node.SendAsync("GET", "/other")).Status);
    }
}
