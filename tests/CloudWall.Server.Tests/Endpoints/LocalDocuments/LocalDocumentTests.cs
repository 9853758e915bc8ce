namespace CloudWall.Server.Tests.Endpoints.LocalDocuments;

public sealed class LocalDocumentTests
{
    [Fact]
    public async Task A_local_document_lives_without_conflicts_and_without_a_sequence()
    {
        await using var node = await InProcessNode.StartAsync();
        var put = await node.PutAsync("/db/_local/a%2Fb", "{\"n\":1}");
        Assert.Equal("{\"ok\":true,\"id\":\"_local/a/b\",\"rev\":\"0-1\"}\n", put.Text);
        Assert.Equal(new Uri(node.Address, "/db/_local%2Fa%2Fb").ToString(), put.Header("Location"));
        Assert.Equal("{\"ok\":true,\"id\":\"_local/a/b\",\"rev\":\"0-8\"}\n", (await node.PutAsync("/db/_local%2Fa%2Fb?rev=0-7", "{\"n\":2}")).Text);

        var got = await node.GetAsync("/db/_local/a%2Fb?revs=true");
        Assert.Equal("{\"_id\":\"_local/a/b\",\"_rev\":\"0-8\",\"n\":2,\"_revisions\":{\"start\":0,\"ids\":[\"8\"]}}\n", got.Text);
        Assert.Equal(304, (await node.GetAsync("/db/_local/a%2Fb", "If-None-Match: " + got.Header("ETag"))).Status);
        Assert.Equal(0, node.Database.UpdateSequence);

        Assert.Equal("{\"ok\":true,\"id\":\"_local/a/b\",\"rev\":\"0-0\"}\n", (await node.SendAsync("DELETE", "/db/_local/a%2Fb")).Text);
        Assert.Equal(404, (await node.GetAsync("/db/_local/a%2Fb")).Status);
    }

    [Theory]
    [InlineData("PUT", "/db/_local/a", """{"_rev":"1-a"}""", 400)]
    [InlineData("PUT", "/db/_local/a", """{"_rev":"0-x"}""", 400)]
    [InlineData("PUT", "/db/_local/a", """{"_rev":"0-9223372036854775807"}""", 400)]
    [InlineData("PUT", "/db/_local/a/b", "{}", 400)]
    [InlineData("PUT", "/db/_local", "{}", 400)]
    [InlineData("GET", "/db/_local/none", null, 404)]
    [InlineData("GET", "/db/_local/x?rev=0-1", null, 404)]
    [InlineData("DELETE", "/db/_local/none", null, 404)]
    public async Task What_cannot_be_done_is_refused(string method, string path, string? json, int status)
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/_local/x", "{}");
        Assert.Equal(status, (await node.SendAsync(method, path, json is null ? null : InProcessNode.Json(json))).Status);
        Assert.Equal(1, node.Database.LocalCount);
    }
}
