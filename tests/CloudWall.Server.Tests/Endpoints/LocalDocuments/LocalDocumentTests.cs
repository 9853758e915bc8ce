
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

    /// <summary>Review, <c>PUT /db/_local%2F</c>: no document, however the name ends that is none.</summary>
    [Theory]
    [InlineData("PUT", "/db/_local%2F")]
    [InlineData("PUT", "/db/_local/")]
    [InlineData("GET", "/db/_local%2F")]
    [InlineData("DELETE", "/db/_local%2F")]
    public async Task An_empty_name_is_refused(string method, string path)
    {
        await using var node = await InProcessNode.StartAsync();
        var answer = await node.SendAsync(method, path, method == "PUT" ? InProcessNode.Json("{}") : null);
        Assert.Equal(400, answer.Status);
        Assert.Equal("{\"error\":\"bad_request\",\"reason\":\"Invalid _local document id.\"}\n", answer.Text);
        Assert.Equal(0, node.Database.LocalCount);
    }

    [Fact]
    public async Task A_deletion_may_name_any_revision()
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/_local/a", "{}");
        var answer = await node.PostAsync("/db/_bulk_docs", """{"docs":[{"_id":"_local/a","_rev":"1-abc","_deleted":true}]}""");
        Assert.Equal("[{\"ok\":true,\"id\":\"_local/a\",\"rev\":\"0-0\"}]\n", answer.Text);
        Assert.Equal(0, node.Database.LocalCount);
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
