using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Access.Users;

namespace CloudWall.Server.Tests.Access;

/// <summary><c>[couch_peruser]</c>: a database for each user.</summary>
public sealed class PersonalDatabasesTests
{
    private const string Bob = "/userdb-626f62";

    [Theory]
    [InlineData("bob", "userdb-626f62")]
    [InlineData("aé\tz", "userdb-61c3a997a")]
    public void A_name_has_each_byte_in_hexadecimal_digits(string user, string name) =>
        Assert.Equal(name, PersonalDatabases.NameOf("userdb-", user));

    [Fact]
    public async Task A_user_has_a_database_that_nobody_else_may_use()
    {
        await using var node = await StartAsync(("couch_peruser", "enable", "true"), ("couch_peruser", "q", "3"));
        await PutUserAsync(node, "bob");
        await PutUserAsync(node, "eve");
        await WaitAsync(node, Bob, 200);
        await WaitAsync(node, "/userdb-657665", 200);
        await UntilAsync(async () => (await SecurityAsync(node))["members"]!["names"] is not null);

        Assert.Equal(
            """{"members":{"roles":["_admin"],"names":["bob"]},"admins":{"roles":["_admin"],"names":["bob"]}}""",
            (await SecurityAsync(node)).ToJsonString());
        Assert.Equal(3, (int)(await JsonAsync(node, Bob))["cluster"]!["q"]!);
        Assert.Equal(201, (await node.SendAsync("PUT", Bob + "/_design/d", "{}", "bob:x")).Status);
        Assert.Equal(403, (await node.SendAsync("GET", Bob, null, "eve:x")).Status);
        Assert.Equal(401, (await node.SendAsync("GET", Bob, null, null)).Status);
    }

    [Fact]
    public async Task A_deleted_user_leaves_the_database_to_admins()
    {
        await using var node = await StartAsync(("couch_peruser", "enable", "true"));
        await PutUserAsync(node, "bob");
        await WaitAsync(node, Bob, 200);
        Assert.Equal(200, (await node.SendAsync(
            "PUT", Bob + "/_security", """{"own":1,"admins":{"names":["bob","amy"]},"members":{"names":["bob"],"roles":["r"]}}""")).Status);
        await DeleteUserAsync(node, "bob");
        await UntilAsync(async () => (await SecurityAsync(node)).ToJsonString()
            == """{"own":1,"admins":{"names":["amy"]},"members":{"names":[],"roles":["r"]}}""");
    }

    [Fact]
    public async Task A_database_is_deleted_with_its_user_where_a_setting_says_so()
    {
        await using var node = await StartAsync(("couch_peruser", "enable", "true"), ("couch_peruser", "delete_dbs", "true"));
        await PutUserAsync(node, "bob");
        await WaitAsync(node, Bob, 200);
        await DeleteUserAsync(node, "bob");
        await WaitAsync(node, Bob, 404);
    }

    [Fact]
    public async Task Settings_count_at_once_for_users_that_there_are()
    {
        await using var node = await StartAsync();
        await PutUserAsync(node, "bob");
        Assert.Equal(404, (await node.SendAsync("GET", Bob)).Status);
        await ConfigureAsync(node, "enable", "true");
        await WaitAsync(node, Bob, 200);
        await ConfigureAsync(node, "database_prefix", "own/");
        await WaitAsync(node, "/own%2F626f62", 200);
    }

    [Fact]
    public async Task A_user_whose_name_gives_no_database_keeps_no_other_from_one()
    {
        await using var node = await StartAsync(("couch_peruser", "enable", "true"));
        await PutUserAsync(node, new string('a', 200));
        await PutUserAsync(node, "bob");
        await WaitAsync(node, Bob, 200);
    }

    [Theory]
    [InlineData("""{"admins":{},"admins":{"names":["bob"]}}""")]
    [InlineData("""{"x":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""")]
    public async Task A_user_who_writes_an_odd_security_keeps_no_other_from_one(string security)
    {
        await using var node = await StartAsync(("couch_peruser", "enable", "true"));
        await PutUserAsync(node, "bob");
        await WaitAsync(node, Bob, 200);
        await node.SendAsync("PUT", Bob + "/_security", security);
        await DeleteUserAsync(node, "bob");
        await PutUserAsync(node, "eve");
        await WaitAsync(node, "/userdb-657665", 200);
    }

    private static async Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings) =>
        await TestNode.StartAsync([("couchdb", "single_node", "true"), .. settings]);

    private static async Task PutUserAsync(TestNode node, string name)
    {
        var user = new JsonObject { ["name"] = name, ["password"] = "x", ["roles"] = new JsonArray(), ["type"] = "user" };
        Assert.Equal(201, (await node.SendAsync("PUT", "/_users/org.couchdb.user:" + name, user.ToJsonString())).Status);
    }

    private static async Task DeleteUserAsync(TestNode node, string name)
    {
        var path = "/_users/org.couchdb.user:" + name;
        Assert.Equal(200, (await node.SendAsync("DELETE", $"{path}?rev={(string?)(await JsonAsync(node, path))["_rev"]}")).Status);
    }

    private static async Task ConfigureAsync(TestNode node, string key, string value) =>
        Assert.Equal(200, (await node.SendAsync("PUT", "/_node/_local/_config/couch_peruser/" + key, $"\"{value}\"")).Status);

    private static async Task<JsonNode> JsonAsync(TestNode node, string path) =>
        JsonNode.Parse(Encoding.UTF8.GetString((await node.SendAsync("GET", path)).Body))!;

    private static Task<JsonNode> SecurityAsync(TestNode node) => JsonAsync(node, Bob + "/_security");

    private static Task WaitAsync(TestNode node, string path, int status) =>
        UntilAsync(async () => (await node.SendAsync("GET", path)).Status == status);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var hang = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hang.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            await Task.Delay(20, hang.Token);
        }
    }
}
