using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>
/// Design documents in CoffeeScript, which CouchDB compiles: they are kept as they are, and whatever needs one of their functions is
/// refused with the reason, writes that they would validate included.
/// </summary>
public sealed class CoffeeScriptTests
{
    private const string Design = """
        {"language":"coffeescript","views":{"v":{"map":"(doc) -> emit doc._id, 1"}},"shows":{"s":"(doc) -> 'hi'"},
         "lists":{"l":"(h) -> 'x'"},"updates":{"u":"(d,r) -> [null,'x']"},"filters":{"f":"(d) -> true"}}
        """;

    [Theory]
    [InlineData("GET", "/db/_design/c/_view/v")]
    [InlineData("GET", "/db/_design/c/_show/s/x")]
    [InlineData("GET", "/db/_design/c/_list/l/v")]
    [InlineData("POST", "/db/_design/c/_update/u")]
    [InlineData("GET", "/db/_changes?filter=c/f")]
    public async Task What_needs_a_function_is_refused_with_the_reason(string method, string path)
    {
        await using var node = await StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/c", Design)).Status);
        var answer = await node.SendAsync(method, path, method == "POST" ? "" : null);
        IsRefusal(answer.Status, answer.Body);
    }

    [Fact]
    public async Task Nothing_is_written_past_a_function_that_cannot_be_asked()
    {
        await using var node = await StartAsync();
        Assert.Equal(
            201,
            (await node.SendAsync(
                "PUT", "/db/_design/c", """{"language":"coffeescript","validate_doc_update":"(n,o,u)-> throw {forbidden: 'no'} if n.bad"}""")).Status);
        var answer = await node.SendAsync("PUT", "/db/y", "{}");
        IsRefusal(answer.Status, answer.Body);
        Assert.Equal(404, (await node.SendAsync("GET", "/db/y")).Status);
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/x", "{}")).Status);
        return node;
    }

    private static void IsRefusal(int status, byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        Assert.True(status == 500, $"{status} {text}");
        var error = JsonNode.Parse(text)!;
        Assert.Equal("unknown_query_language", (string?)error["error"]);
        Assert.Contains("COUCHDB_QUERY_SERVER_COFFEESCRIPT", (string?)error["reason"], StringComparison.Ordinal);
    }
}
