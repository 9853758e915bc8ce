namespace CloudWall.Server.Tests.Endpoints.Documents;

public sealed class DocumentResourceTests
{
    [Fact]
    public async Task A_document_comes_back_with_its_members_in_the_order_they_were_sent()
    {
        await using var node = await InProcessNode.StartAsync();
        var put = await node.PutAsync("/db/a", """{"z":1,"b":[1.0,"é"],"a":{"y":null}}""");
        Assert.Equal(201, put.Status);
        var rev = put.Header("ETag")!.Trim('"');
        Assert.Equal($$"""{"ok":true,"id":"a","rev":"{{rev}}"}""" + "\n", put.Text);
        Assert.Equal(new Uri(node.Address, "/db/a").ToString(), put.Header("Location"));

        var got = await node.GetAsync("/db/a");
        Assert.Equal($$$"""{"_id":"a","_rev":"{{{rev}}}","z":1,"b":[1.0,"é"],"a":{"y":null}}""" + "\n", got.Text);
        Assert.Equal("application/json", got.Header("Content-Type"));
        Assert.Equal(304, (await node.GetAsync("/db/a", $"If-None-Match: \"{rev}\"")).Status);
    }

    [Fact]
    public async Task All_that_can_be_shown_of_a_document_is_in_the_order_of_CouchDB()
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/db/a?new_edits=false", """{"_rev":"1-a"}""");
        await node.PutAsync("/db/a?new_edits=false", """{"_revisions":{"start":2,"ids":["bb","a"]},"_attachments":{"f":{"data":"AAE=","content_type":"a/b"}}}""");
        await node.PutAsync("/db/a?new_edits=false", """{"_revisions":{"start":2,"ids":["ba","a"]}}""");
        await node.PutAsync("/db/a?new_edits=false", """{"_revisions":{"start":3,"ids":["c","aa","a"]},"_deleted":true}""");
        var got = await node.GetAsync("/db/a?revs=true&meta=true&local_seq=true");
        Assert.Equal(
            """
            {"_id":"a","_rev":"2-bb","_revisions":{"start":2,"ids":["bb","a"]},
            "_revs_info":[{"rev":"2-bb","status":"available"},{"rev":"1-a","status":"available"}],
            "_conflicts":["2-ba"],"_deleted_conflicts":["3-c"],"_local_seq":4,
            "_attachments":{"f":{"content_type":"a/b","revpos":0,"digest":"md5-RBB3zJ5XVU3Udr37i4uBAg==","length":2,"stub":true}}}
            """.ReplaceLineEndings(string.Empty),
            got.Text.TrimEnd());
        Assert.Null(got.Header("ETag"));
    }

    [Fact]
    public async Task A_copy_to_an_id_that_is_not_UTF_8_is_refused()
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        await node.SendAsync("PUT", "/db/a", "{}");
        Assert.Equal(400, (await node.SendAsync("COPY", "/db/a", null, "admin:pass", "Destination: %ff")).Status);
        Assert.Equal(201, (await node.SendAsync("COPY", "/db/a", null, "admin:pass", "Destination: %C3%A9")).Status);
    }
}
