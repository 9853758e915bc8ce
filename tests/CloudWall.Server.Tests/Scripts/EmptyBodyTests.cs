using System.Text;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>Review, F16: functions see a body of no bytes as an empty text, and none as CouchDB's <c>undefined</c>.</summary>
public sealed class EmptyBodyTests
{
    private const string Design =
        """
        {"shows":{"f":"function(doc, req) { return req.body; }"},
         "updates":{"f":"function(doc, req) { return [null, req.body]; }"},
         "lists":{"f":"function(head, req) { send('' + req.body); }"},
         "views":{"v":{"map":"function(doc) {}"}},
         "filters":{"empty":"function(doc, req) { return req.body === ''; }","none":"function(doc, req) { return req.body === 'undefined'; }"}}
        """;

    [Theory]
    [InlineData("GET", "_show/f")]
    [InlineData("POST", "_show/f")]
    [InlineData("POST", "_update/f")]
    [InlineData("PUT", "_update/f")]
    [InlineData("GET", "_list/f/v")]
    public async Task Functions_that_answer(string method, string path)
    {
        await using var node = await StartAsync();
        Assert.Equal(string.Empty, await TextAsync(node, method, "/db/_design/d/" + path, string.Empty));
        Assert.Equal("undefined", await TextAsync(node, method is "GET" ? "GET" : "DELETE", "/db/_design/d/" + path));
    }

    [Theory]
    [InlineData("GET", "empty", true)]
    [InlineData("POST", "empty", true)]
    [InlineData("GET", "none", false)]
    public async Task Filters(string method, string filter, bool ofNoBytes)
    {
        await using var node = await StartAsync();
        var path = "/db/_changes?filter=d/" + filter;
        var answer = await TextAsync(node, method, path, string.Empty);
        Assert.Equal(ofNoBytes, answer.Contains("_design/d", StringComparison.Ordinal));
        Assert.NotEqual(ofNoBytes, (await TextAsync(node, "GET", path)).Contains("_design/d", StringComparison.Ordinal));
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design)).Status);
        return node;
    }

    private static async Task<string> TextAsync(TestNode node, string method, string path, string? body = null)
    {
        var answer = await node.SendAsync(method, path, body, "admin:pass", "Content-Type: application/json");
        Assert.Equal(200, answer.Status);
        return Encoding.UTF8.GetString(answer.Body);
    }
}
