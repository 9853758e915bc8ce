using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Replications have the rights of who made them.</summary>
public sealed class OwnerTests
{
    private const string Json = "Content-Type: application/json";

    [Fact]
    public async Task A_user_replicates_what_the_user_may_read_to_where_the_user_may_write()
    {
        await using var node = await StartAsync();
        Assert.Equal(200, (await ReplicateAsync(node, "mine", "open")).Status);
        Assert.Equal("ann", Text(await node.SendAsync("GET", "/open/doc"), "by"));

        foreach (var (source, target) in (ValueTuple<string, string>[])
            [("closed", "open"), ("mine", "closed"), ("_users", "open"), ("mine", "_replicator")])
        {
            var refused = await ReplicateAsync(node, source, target);
            Assert.Equal((source + target, 403), (source + target, refused.Status));
        }

        Assert.Equal(401, (await ReplicateAsync(node, "mine", "new", ",\"create_target\":true")).Status);
        Assert.Equal(404, (await node.SendAsync("GET", "/new")).Status);
    }

    [Fact]
    public async Task A_user_chooses_no_other_user_and_writes_no_design_documents()
    {
        await using var node = await StartAsync();
        await node.SendAsync("PUT", "/mine/_design/d", "{}");
        var done = await ReplicateAsync(node, "mine", "open", ",\"user_ctx\":{\"name\":\"x\",\"roles\":[\"_admin\"]}");
        Assert.Equal(200, done.Status);
        Assert.Equal(404, (await node.SendAsync("GET", "/open/_design/d")).Status);
    }

    [Fact]
    public async Task A_document_acts_as_its_owner_and_stops_with_the_rights()
    {
        await using var node = await StartAsync();
        await node.SendAsync("PUT", "/_replicator/_security", "{}");
        var body = """{"source":"mine","target":"open","continuous":true,"user_ctx":{"roles":["_admin"]}}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/_replicator/job", body, "ann:secret", Json)).Status);
        Assert.Equal("ann", Text(await node.SendAsync("GET", "/_replicator/job", credentials: "ann:secret"), "owner"));
        await HoldsAsync(async () => (await node.SendAsync("GET", "/open/doc")).Status == 200);

        await node.SendAsync("PUT", "/mine/_security", """{"members":{"names":["bob"]}}""");
        await node.SendAsync("PUT", "/mine/later", "{}");
        await HoldsAsync(async () => Text(await node.SendAsync("GET", "/_scheduler/docs/_replicator/job"), "state") == "crashing");
        Assert.Equal(404, (await node.SendAsync("GET", "/open/later")).Status);
    }

    [Fact]
    public async Task Users_see_and_change_their_own_documents_alone()
    {
        await using var node = await StartAsync();
        await node.SendAsync("PUT", "/_replicator/_security", "{}");
        const string Body = """{"source":"http://u:p@127.0.0.1:1/x","target":"http://127.0.0.1:1/y"}""";
        var made = await node.SendAsync("PUT", "/_replicator/job", Body, "admin:pass", Json);
        var revision = Text(made, "rev");
        foreach (var (method, path, body) in (ValueTuple<string, string, string?>[])
            [
                ("GET", "/_replicator/job", null), ("DELETE", "/_replicator/job?rev=" + revision, null),
                ("PUT", "/_replicator/job?rev=" + revision, Body), ("GET", "/_replicator/_all_docs", null),
                ("GET", "/_replicator/_changes", null),
                ("POST", "/_replicator/_bulk_get", """{"docs":[{"id":"job"}]}"""),
            ])
        {
            Assert.Equal((path, 401), (path, (await node.SendAsync(method, path, body, "ann:secret", Json)).Status));
        }

        var foreign = Body.Insert(1, $"\"_id\":\"job\",\"_rev\":\"{revision}\",");
        Assert.Equal(403, (await node.SendAsync("POST", "/_replicator", foreign, "ann:secret", Json)).Status);
        var ofBob = Body.Insert(1, "\"owner\":\"bob\",");
        Assert.Equal(403, (await node.SendAsync("PUT", "/_replicator/other", ofBob, "ann:secret", Json)).Status);
        Assert.Equal(401, (await node.SendAsync("PUT", "/_replicator/other", Body, null, Json)).Status);
        Assert.Equal(201, (await node.SendAsync("POST", "/_replicator", Body, "ann:secret", Json)).Status);
    }

    [Theory]
    [InlineData("true", 401)]
    [InlineData("false", 200)]
    public async Task Lists_of_databases_are_for_admins_unless_the_settings_say_otherwise(string value, int status)
    {
        await using var node = await TestNode.StartAsync(("chttpd", "admin_only_all_dbs", value));
        Assert.Equal(status, (await node.SendAsync("GET", "/_all_dbs", credentials: null)).Status);
        Assert.Equal(status, (await node.SendAsync("GET", "/_dbs_info", credentials: null)).Status);
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync(("couchdb", "single_node", "true"));
        const string Ann = """{"name":"ann","type":"user","roles":[],"password":"secret"}""";
        await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json);
        foreach (var name in (string[])["mine", "open", "closed"])
        {
            await node.SendAsync("PUT", "/" + name);
        }

        await node.SendAsync("PUT", "/mine/_security", """{"members":{"names":["ann"]}}""");
        await node.SendAsync("PUT", "/open/_security", "{}");
        await node.SendAsync("PUT", "/mine/doc", """{"by":"ann"}""");
        return node;
    }

    private static Task<HttpAnswer> ReplicateAsync(TestNode node, string source, string target, string more = "") =>
        node.SendAsync("POST", "/_replicate", $$"""{"source":"{{source}}","target":"{{target}}"{{more}}}""", "ann:secret", Json);

    private static string? Text(HttpAnswer answer, string member) => (string?)JsonNode.Parse(answer.Body)![member];

    private static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
