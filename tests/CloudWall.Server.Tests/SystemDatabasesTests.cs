using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Node;

namespace CloudWall.Server.Tests;

/// <summary>What a single node of CouchDB has from its first start on.</summary>
public sealed class SystemDatabasesTests
{
    [Fact]
    public async Task A_fresh_node_has_them_and_only_admins_may_use_them()
    {
        await using var node = await TestNode.StartAsync(("couchdb", "single_node", "true"));
        Assert.Equal("""["_replicator","_users"]""", (await TextAsync(node, "/_all_dbs")).Trim());
        foreach (var name in (string[])["/_users", "/_replicator"])
        {
            Assert.Equal(
                """{"members":{"roles":["_admin"]},"admins":{"roles":["_admin"]}}""", (await TextAsync(node, name + "/_security")).Trim());
            Assert.Equal(401, (await node.SendAsync("GET", name, null, null)).Status);
        }

        Assert.Equal("single_node_enabled", (string?)JsonNode.Parse(await TextAsync(node, "/_cluster_setup"))!["state"]);
        Assert.Equal(201, (await node.SendAsync("PUT", "/_replicator/r", """{"source":"a","target":"b"}""")).Status);
    }

    [Fact]
    public async Task One_that_is_no_single_node_is_told_apart()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal("[]", (await TextAsync(node, "/_all_dbs")).Trim());
        Assert.Equal("single_node_disabled", (string?)JsonNode.Parse(await TextAsync(node, "/_cluster_setup"))!["state"]);
    }

    [Fact]
    public async Task They_are_kept_and_made_again_where_they_are_missing()
    {
        using var directory = new TemporaryDirectory();
        await using (var node = await StartAsync(directory))
        {
            await node.Node.Databases.Find("_users")!.SetSecurityAsync("""{"kept":true}"""u8.ToArray(), CancellationToken.None);
            Assert.True(await node.Node.Databases.DeleteAsync("_replicator", CancellationToken.None));
        }

        await using (var node = await StartAsync(directory))
        {
            Assert.Equal("""{"kept":true}""", Encoding.UTF8.GetString(node.Node.Databases.Find("_users")!.Security!.Value.Span));
            Assert.NotNull(node.Node.Databases.Find("_replicator"));
        }
    }

    private static Task<NodeServer> StartAsync(TemporaryDirectory directory) => NodeServer.StartAsync(new NodeOptions
    {
        DataDirectory = directory.Path,
        Admin = ("admin", "pass"),
        Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10")],
    });

    private static async Task<string> TextAsync(TestNode node, string path) =>
        Encoding.UTF8.GetString((await node.SendAsync("GET", path)).Body);
}
