using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Endpoints.Couchapps;

/// <summary>Seen beside a CouchDB: what is looked at first in a path below a design document, and paths that go on where others end.</summary>
public sealed class DesignPathTests
{
    [Theory]
    [InlineData("nothing", "missing")]
    [InlineData("gone", "deleted")]
    public async Task A_design_document_that_is_not_there_comes_before_all_else(string design, string reason)
    {
        await using var node = await StartAsync();
        string[] paths = ["_view/k", "_view/k/queries", "_view", "_show/s", "_list/l/k", "_list", "_update/u", "_info", "_rewrite/x", "_nothing"];
        foreach (var path in paths)
        {
            foreach (var method in (string[])["GET", "PUT", "POST", "DELETE", "COPY", "PATCH", "OPTIONS"])
            {
                var answer = await node.SendAsync(method, $"/db/_design/{design}/{path}", headers: "Destination: x");
                Assert.Equal((method, path, 404, reason), (method, path, answer.Status, ReasonOf(answer.Body)));
            }
        }
    }

    [Theory]
    [InlineData("POST", "_design/app/_list", 404, "Invalid path.")]
    [InlineData("POST", "_design/app/_list/l", 404, "Invalid path.")]
    [InlineData("POST", "_design/app/_list/l/app/k/more", 404, "Invalid path.")]
    [InlineData("POST", "_design/app/_list/l/k", 415, "Content-Type must be application/json")]
    [InlineData("PUT", "_design/app/_info/more", 405, "Only GET allowed")]
    [InlineData("DELETE", "_design/app/_info/more/and/more", 405, "Only GET allowed")]
    [InlineData("GET", "_design/app/_info/more", 404, "missing")]
    [InlineData("POST", "_design/app/_nothing", 405, "Only DELETE,GET,HEAD,PUT allowed")]
    [InlineData("GET", "_design/app/_nothing", 404, "Document is missing attachment")]
    [InlineData("POST", "_changes/more", 415, "Content-Type must be application/json")]
    [InlineData("DELETE", "_changes/more", 405, "Only GET,POST,HEAD allowed")]
    public async Task The_path_comes_before_the_content_type_and_the_method(string method, string path, int status, string reason)
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync(method, "/db/" + path);
        Assert.Equal((status, reason), (answer.Status, ReasonOf(answer.Body)));
    }

    [Fact]
    public async Task The_path_of_a_changes_feed_may_go_on()
    {
        await using var node = await StartAsync();
        var feed = await node.SendAsync("GET", "/db/_changes?limit=1");
        Assert.Equal(200, feed.Status);
        Assert.Equal(Encoding.UTF8.GetString(feed.Body), Encoding.UTF8.GetString((await node.SendAsync("GET", "/db/_changes/more?limit=1")).Body));
    }

    private static string? ReasonOf(byte[] body) => (string?)JsonNode.Parse(body)!["reason"];

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/app", """{"lists":{"l":"function () { return ''; }"}}""")).Status);
        Assert.Equal(200, (await node.SendAsync("PUT", "/db/_design/gone", """{"_deleted":true}""")).Status);
        return node;
    }
}
