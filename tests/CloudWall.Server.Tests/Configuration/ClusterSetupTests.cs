using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Configuration;

/// <summary><c>/_cluster_setup</c>, as set-up scripts use it.</summary>
public sealed class ClusterSetupTests
{
    private const string JsonType = "Content-Type: application/json";

    /// <summary>Twice, because scripts run again.</summary>
    [Theory]
    [InlineData("""{"action":"enable_single_node","username":"anna","password":"secret","bind_address":"0.0.0.0","port":5984,"singlenode":true}""")]
    [InlineData("""{"action":"enable_cluster","username":"anna","password":"secret","bind_address":"0.0.0.0","port":"5984","node_count":"1"}""")]
    public async Task A_script_gets_its_admin(string body)
    {
        await using var node = await TestNode.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            var answer = await node.SendAsync("POST", "/_cluster_setup", body, "admin:pass", JsonType);
            Assert.Equal((201, "{\"ok\":true}\n"), (answer.Status, Encoding.UTF8.GetString(answer.Body)));
        }

        Assert.Equal(200, (await node.SendAsync("GET", "/_all_dbs", credentials: "anna:secret")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/_all_dbs")).Status);
        Assert.Equal("\"0\"\n", Encoding.UTF8.GetString((await node.SendAsync("GET", "/_node/_local/_config/chttpd/port")).Body));
    }

    [Fact]
    public async Task A_script_gets_its_databases_once()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(404, (await node.SendAsync("GET", "/_users")).Status);
        Assert.Equal(201, (await node.SendAsync("POST", "/_cluster_setup", """{"action":"finish_cluster"}""", "admin:pass", JsonType)).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/_users")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/_replicator")).Status);
        var again = await node.SendAsync("POST", "/_cluster_setup", """{"action":"finish_cluster"}""", "admin:pass", JsonType);
        Assert.Equal((400, "Cluster is already finished"), (again.Status, (string?)JsonNode.Parse(again.Body)!["reason"]));

        const string More = """{"action":"finish_cluster","ensure_dbs_exist":["_users","_global_changes"]}""";
        Assert.Equal(201, (await node.SendAsync("POST", "/_cluster_setup", More, "admin:pass", JsonType)).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/_global_changes")).Status);
    }

    [Theory]
    [InlineData("""{"action":"enable_cluster","username":"a","password":"b","node_count":3}""")]
    [InlineData("""{"action":"enable_cluster","username":"a","password":"b","node_count":1,"remote_node":"other"}""")]
    [InlineData("""{"action":"add_node","host":"other"}""")]
    [InlineData("""{"action":"dance"}""")]
    [InlineData("""{"action":7}""")]
    [InlineData("""{"action":"enable_single_node","ensure_dbs_exist":"_users"}""")]
    [InlineData("""{"action":"enable_single_node","ensure_dbs_exist":["Bad name"]}""")]
    [InlineData("""{"action":"enable_single_node","username":"","password":""}""")]
    [InlineData("""{"action":"enable_single_node","username":" lead","password":"x"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task What_a_single_node_cannot_do_is_refused(string body)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(400, (await node.SendAsync("POST", "/_cluster_setup", body, "admin:pass", JsonType)).Status);
        Assert.Equal("{\"admin\":\"****\"}\n", Encoding.UTF8.GetString((await node.SendAsync("GET", "/_node/_local/_config/admins")).Body));
    }

    /// <summary>Nobody becomes an admin by being the first to ask.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("admin:wrong")]
    public async Task It_is_for_admins(string? credentials)
    {
        await using var node = await TestNode.StartAsync();
        const string Body = """{"action":"enable_single_node","username":"a","password":"b"}""";
        Assert.Equal(401, (await node.SendAsync("POST", "/_cluster_setup", Body, credentials, JsonType)).Status);
    }
}
