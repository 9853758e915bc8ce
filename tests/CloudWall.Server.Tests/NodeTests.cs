using System.Net.Sockets;
using System.Text;
using CloudWall.Access.Passwords;
using CloudWall.Node;
using CloudWall.Server.Tests.Golden;
using CloudWall.Settings;

namespace CloudWall.Server.Tests;

public sealed class NodeTests
{
    private static readonly (string, string, string)[] Quick = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "10")];

    [Fact]
    public async Task Makes_an_admin_once_and_keeps_databases()
    {
        using var directory = new TemporaryDirectory();
        string id;
        (string Name, string Password) admin;
        await using (var node = await StartAsync(directory))
        {
            Assert.NotNull(node.Node.NewAdmin);
            admin = node.Node.NewAdmin.Value;
            id = node.Node.Identity.Id;
            Assert.Equal(201, await StatusAsync(node, "PUT", "/db", admin));
        }

        Assert.DoesNotContain(admin.Password, await File.ReadAllTextAsync(Path.Combine(directory.Path, "local.ini"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await using (var node = await StartAsync(directory))
        {
            Assert.Null(node.Node.NewAdmin);
            Assert.Equal(id, node.Node.Identity.Id);
            Assert.Equal(200, await StatusAsync(node, "GET", "/db", admin));
            Assert.Equal(401, await StatusAsync(node, "GET", "/db", (admin.Name, "other")));
        }
    }

    [Fact]
    public async Task A_setting_chooses_the_storage_engine()
    {
        using var directory = new TemporaryDirectory();
        (string, string) admin = ("jan", "one");
        for (var start = 0; start < 2; start++)
        {
            await using var node = await StartAsync(directory, admin, ("cloudwall", "storage_engine", "memory"));
            Assert.Equal(404, await StatusAsync(node, "GET", "/db", admin));
            Assert.Equal(201, await StatusAsync(node, "PUT", "/db", admin));
            Assert.False(Directory.Exists(Path.Combine(directory.Path, "store")));
        }

        await Assert.ThrowsAsync<ConfigurationException>(
            () => StartAsync(directory, admin, ("cloudwall", "storage_engine", "other")));
    }

    [Fact]
    public async Task An_admin_that_is_given_is_stored_and_wins()
    {
        using var directory = new TemporaryDirectory();
        await using (var node = await StartAsync(directory, ("jan", "one")))
        {
            Assert.Null(node.Node.NewAdmin);
            Assert.Equal(200, await StatusAsync(node, "GET", "/_all_dbs", ("jan", "one")));
        }

        await using (var node = await StartAsync(directory, ("jan", "two")))
        {
            Assert.Equal(401, await StatusAsync(node, "GET", "/_all_dbs", ("jan", "one")));
            Assert.Equal(200, await StatusAsync(node, "GET", "/_all_dbs", ("jan", "two")));
        }

        await using (var node = await StartAsync(directory))
        {
            Assert.Equal(200, await StatusAsync(node, "GET", "/_all_dbs", ("jan", "two")));
        }
    }

    [Fact]
    public async Task A_password_in_the_clear_is_hashed_at_the_start()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "local.ini");
        await File.WriteAllTextAsync(file, "[admins]\njan = secret\n", TestContext.Current.CancellationToken);
        await using var node = await StartAsync(directory);
        Assert.Equal(200, await StatusAsync(node, "GET", "/_all_dbs", ("jan", "secret")));
        var (_, _, value) = IniFile.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).First();
        Assert.True(StoredPassword.TryParse(value)?.Matches("secret"));
    }

    [Fact]
    public async Task Says_that_the_port_is_taken()
    {
        await using var first = await TestNode.StartAsync();
        var port = first.Node.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => TestNode.StartAsync(("chttpd", "port", port)));
        Assert.StartsWith($"The node cannot listen on 127.0.0.1:{port}: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_what_is_in_flight_when_it_ends()
    {
        var test = await TestNode.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(test.Node.Address.Host, test.Node.Address.Port, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /_dbs_info HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {Convert.ToBase64String("admin:pass"u8)}\r\nContent-Type: application/json\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n"),
            TestContext.Current.CancellationToken);

        // The server has begun to read the body when it asks for it.
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        var ending = test.DisposeAsync();
        Assert.False(ending.IsCompleted);
        await client.GetStream().WriteAsync("{\"keys\":[]}"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await ending;
    }

    private static Task<NodeServer> StartAsync(
        TemporaryDirectory directory, (string, string)? admin = null, params (string, string, string)[] settings) => NodeServer.StartAsync(
        new NodeOptions { DataDirectory = directory.Path, Settings = [.. Quick, .. settings], Admin = admin },
        TestContext.Current.CancellationToken);

    private static async Task<int> StatusAsync(NodeServer node, string method, string target, (string Name, string Password) admin)
    {
        using var client = new RawHttpClient(node.Address.Authority);
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{admin.Name}:{admin.Password}"));
        var answer = await client.SendAsync(
            new HttpRequest(method, target, new Dictionary<string, string> { ["Authorization"] = "Basic " + credentials }, null), TimeSpan.FromSeconds(30));
        return answer.Status;
    }
}
