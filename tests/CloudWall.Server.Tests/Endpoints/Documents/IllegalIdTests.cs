using System.Text.Json;

namespace CloudWall.Server.Tests.Endpoints.Documents;

/// <summary>No way in takes a document under an id that no document may have. CouchDB's statuses are the same.</summary>
public sealed class IllegalIdTests
{
    private const string Design = """{"updates":{"u":"function (doc, req) { return [JSON.parse(req.body), 'made']; }"}}""";

    /// <summary>Names that can stand before an attachment's name in a path.</summary>
    [Theory]
    [InlineData("_design/")]
    [InlineData("_a")]
    [InlineData("_local/")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaa")]
    public async Task With_an_attachment(string id)
    {
        await using var node = await StartAsync();
        Assert.Equal(400, await StatusAsync(node, "PUT", $"/db/{Uri.EscapeDataString(id)}/x", "x", "Content-Type: text/plain"));
        await RequireNothingNewAsync(node);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_design/")]
    [InlineData("_design")]
    [InlineData("_local/")]
    [InlineData("_local")]
    [InlineData("_a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaa")]
    public async Task By_every_way(string id)
    {
        await using var node = await StartAsync();
        var path = "/db/" + Uri.EscapeDataString(id);
        var document = $$"""{"_id":"{{id}}","_rev":"1-abc"}""";
        if (id.Length > 0)
        {
            Assert.Equal(400, await StatusAsync(node, "PUT", path, "{}"));
            Assert.Equal(400, await StatusAsync(node, "PUT", path + "?batch=ok", "{}"));
            Assert.Equal(400, await StatusAsync(node, "PUT", path + "?new_edits=false", """{"_rev":"1-abc"}"""));
        }

        Assert.Equal(400, await StatusAsync(node, "COPY", "/db/a", null, "Destination: " + Uri.EscapeDataString(id)));
        Assert.Equal(400, await StatusAsync(node, "POST", "/db", document));
        Assert.Equal(400, await StatusAsync(node, "POST", "/db/_bulk_docs", $$"""{"docs":[{{document}}]}"""));
        Assert.Equal(400, await StatusAsync(node, "POST", "/db/_bulk_docs", $$"""{"new_edits":false,"docs":[{{document}}]}"""));
        Assert.Equal(400, await StatusAsync(node, "POST", "/db/_design/d/_update/u", document));
        await RequireNothingNewAsync(node);
    }

    /// <summary>Each way makes a local document of it, and none an ordinary one.</summary>
    [Fact]
    public async Task A_local_document_is_no_ordinary_one()
    {
        await using var node = await StartAsync();
        Assert.Equal(201, await StatusAsync(node, "PUT", "/db/_local%2Fa", "{}"));
        Assert.Equal(202, await StatusAsync(node, "PUT", "/db/_local%2Fb?batch=ok", "{}"));
        Assert.Equal(201, await StatusAsync(node, "PUT", "/db/_local%2Fc?new_edits=false", """{"_rev":"0-1"}"""));
        Assert.Equal(201, await StatusAsync(node, "COPY", "/db/a", null, "Destination: _local/d"));
        Assert.Equal(201, await StatusAsync(node, "POST", "/db", """{"_id":"_local/e"}"""));
        Assert.Equal(201, await StatusAsync(node, "POST", "/db/_bulk_docs", """{"docs":[{"_id":"_local/f"}]}"""));
        Assert.Equal(201, await StatusAsync(node, "POST", "/db/_bulk_docs", """{"new_edits":false,"docs":[{"_id":"_local/g","_rev":"0-1"}]}"""));
        Assert.Equal(201, await StatusAsync(node, "POST", "/db/_design/d/_update/u", """{"_id":"_local/h"}"""));

        Assert.Equal(400, await StatusAsync(node, "PUT", "/db/_local%2Fi/x", "x", "Content-Type: text/plain"));
        Assert.Equal(400, await StatusAsync(node, "PUT", "/db/_local/i/x", "x", "Content-Type: text/plain"));

        Assert.Equal(8, node.Node.Databases.Find("db")!.LocalCount);
        await RequireNothingNewAsync(node);
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync(("couchdb", "max_document_id_length", "20"));
        Assert.Equal(201, await StatusAsync(node, "PUT", "/db", null));
        Assert.Equal(201, await StatusAsync(node, "PUT", "/db/a", "{}"));
        Assert.Equal(201, await StatusAsync(node, "PUT", "/db/_design/d", Design));
        return node;
    }

    private static async Task RequireNothingNewAsync(TestNode node)
    {
        using var changes = JsonDocument.Parse((await node.SendAsync("GET", "/db/_changes")).Body);
        Assert.Equal(
            ["a", "_design/d"], changes.RootElement.GetProperty("results").EnumerateArray().Select(static row => row.GetProperty("id").GetString()!));
    }

    private static async Task<int> StatusAsync(TestNode node, string method, string target, string? body, params string[] headers) =>
        (await node.SendAsync(
            method, target, body, "admin:pass", method == "POST" ? [.. headers, "Content-Type: application/json"] : headers)).Status;
}
