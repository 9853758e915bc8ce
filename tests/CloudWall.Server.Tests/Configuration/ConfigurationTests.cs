using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Node;
using CloudWall.Server.Tests.Endpoints;

namespace CloudWall.Server.Tests.Configuration;

/// <summary><c>/_node/{node}/_config</c>: settings that are read and changed while the node runs.</summary>
public sealed class ConfigurationTests
{
    private const string Root = "/_node/_local/_config/";

    [Theory]
    [InlineData("couchdb/max_document_size", "100", "/db/long", 413)]
    [InlineData("chttpd/max_http_request_size", "100", "/db/long", 413)]
    [InlineData("httpd/max_http_request_size", "100", "/db/long", 413)]
    [InlineData("couchdb/max_document_id_length", "3", "/db/long", 400)]
    public async Task A_change_counts_for_the_next_request(string name, string value, string path, int status)
    {
        await using var node = await NodeUnderTest.StartAsync();
        await node.CreateAsync("db");
        Assert.Equal(201, await PutAsync(node, path, Long("one")));
        Assert.Equal(200, await ChangeAsync(node, name, value));
        Assert.Equal(status, await PutAsync(node, path + "er", Long("two")));
        Assert.Equal((200, $"\"{value}\"\n"), await SendAsync(node, HttpMethod.Delete, Root + name));
        Assert.Equal(201, await PutAsync(node, path + "er", Long("three")));
    }

    [Fact]
    public async Task Cors_and_who_may_ask_without_credentials_follow_at_once()
    {
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal(200, await ChangeAsync(node, "cors/origins", "https://one.example"));
        Assert.Equal("https://one.example", await AllowedOriginAsync(node, "https://one.example"));
        Assert.Null(await AllowedOriginAsync(node, "https://two.example"));
        Assert.Equal(200, await ChangeAsync(node, "httpd/enable_cors", "false"));
        Assert.Null(await AllowedOriginAsync(node, "https://one.example"));

        using var anyone = new HttpClient { BaseAddress = node.Client.BaseAddress };
        Assert.Equal(200, (int)(await anyone.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(200, await ChangeAsync(node, "chttpd/require_valid_user", "true"));
        Assert.Equal(401, (int)(await anyone.GetAsync("/", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Admins_come_and_go_and_the_last_one_stays()
    {
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal((200, "\"\"\n"), await SendAsync(node, HttpMethod.Put, Root + "admins/anna", "\"secret\""));
        Assert.Equal(200, await SignInAsync(node, "anna", "secret"));
        Assert.Equal((200, "\"****\"\n"), await SendAsync(node, HttpMethod.Put, Root + "admins/anna", "\"other\""));
        Assert.Equal(401, await SignInAsync(node, "anna", "secret"));
        Assert.Equal(200, await SignInAsync(node, "anna", "other"));

        Assert.Equal((200, "{\"admin\":\"****\",\"anna\":\"****\"}\n"), await SendAsync(node, HttpMethod.Get, Root + "admins"));
        Assert.Equal((200, "\"****\"\n"), await SendAsync(node, HttpMethod.Get, Root + "admins/anna"));
        Assert.Equal(400, (await SendAsync(node, HttpMethod.Put, Root + "admins/anna", "\"****\"")).Status);

        Assert.Equal((200, "\"****\"\n"), await SendAsync(node, HttpMethod.Delete, Root + "admins/anna"));
        Assert.Equal(401, await SignInAsync(node, "anna", "other"));
        Assert.Equal(400, (await SendAsync(node, HttpMethod.Delete, Root + "admins/admin")).Status);
        Assert.Equal(400, (await SendAsync(node, HttpMethod.Put, Root + "admins/admin", "\"\"")).Status);
        Assert.Equal(200, await SignInAsync(node, "admin", "pass"));
        Assert.Contains("[admins] anna was set to **** by admin", await node.Log.WaitForAsync("anna"), StringComparison.Ordinal);
    }

    /// <summary>With an empty secret anyone could sign a session cookie.</summary>
    [Theory]
    [InlineData("DELETE", "chttpd_auth/secret", null)]
    [InlineData("PUT", "chttpd_auth/secret", "\"\"")]
    [InlineData("PUT", "chttpd_auth/secret", "\"  \"")]
    [InlineData("PUT", "couch_httpd_auth/secret", "\"\"")]
    public async Task The_secret_of_sessions_is_never_empty(string method, string name, string? body)
    {
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal("\"****\"\n", (await SendAsync(node, HttpMethod.Get, Root + "chttpd_auth/secret")).Body);
        Assert.Equal(200, (await SendAsync(node, new HttpMethod(method), Root + name, body)).Status);
        Assert.Equal("\"****\"\n", (await SendAsync(node, HttpMethod.Get, Root + "chttpd_auth/secret")).Body);
    }

    [Theory]
    [InlineData("PUT", "chttpd/port", "\"1\"", 403)]
    [InlineData("DELETE", "chttpd/port", null, 403)]
    [InlineData("PUT", "chttpd/bind_address", "\"any\"", 403)]
    [InlineData("PUT", "couchdb/uuid", "\"0\"", 403)]
    [InlineData("PUT", "cloudwall/storage_engine", "\"memory\"", 403)]
    [InlineData("PUT", "query_servers/javascript", "\"/bin/sh\"", 403)]
    [InlineData("PUT", "native_query_servers/x", "\"x\"", 403)]
    [InlineData("PUT", "os_daemons/x", "\"x\"", 403)]
    [InlineData("PUT", "couchdb/max_document_size", "\"many\"", 400)]
    [InlineData("PUT", "couchdb/max_document_size", "7", 400)]
    [InlineData("PUT", "my/key", "\"a\\nb\"", 400)]
    [InlineData("PUT", "my/key", "\"a\\u0085b\"", 400)]
    [InlineData("PUT", "my/key", "\"a ;b\"", 400)]
    [InlineData("PUT", "my/key", "\"\\ud800\"", 400)]
    [InlineData("PUT", "my/k%0Aey", "\"a\"", 400)]
    [InlineData("PUT", "my/;key", "\"a\"", 400)]
    [InlineData("PUT", "my/a%20=%20b", "\"a\"", 400)]
    [InlineData("PUT", "my%5D/key", "\"a\"", 400)]
    [InlineData("PUT", "%5Bmy/key", "\"a\"", 400)]
    [InlineData("PUT", "chttpd/%20bind_address", "\"0.0.0.0\"", 400)]
    [InlineData("PUT", "cloudwall/storage_engine%09", "\"memory\"", 400)]
    [InlineData("PUT", "cloudwall/storage_engine%C2%A0", "\"memory\"", 400)]
    [InlineData("PUT", "chttpd/bind_address%20=", "\"0.0.0.0\"", 400)]
    [InlineData("PUT", "chttpd/bind_address%20;", "\"0.0.0.0\"", 400)]
    [InlineData("PUT", "admins/admin%20", "\"evil\"", 400)]
    [InlineData("PUT", "my/%20", "\"a\"", 400)]
    [InlineData("PUT", "my/key", "\"; a\"", 400)]
    [InlineData("PUT", "chttpd/changes_timeout", "\"9223372036854775807\"", 400)]
    [InlineData("PUT", "chttpd_auth/timeout", "\"9223372036854775807\"", 400)]
    [InlineData("PUT", "chttpd_auth/min_iterations", "\"1000000000\"", 400)]
    [InlineData("PUT", "admins/anna", "\"-pbkdf2-zz,zz,zz\"", 400)]
    [InlineData("PUT", "admins/anna", "\"-hashed-aa\"", 400)]
    [InlineData("PUT", "admins/admin", "\"-pbkdf2-aa,bb,1000000000\"", 400)]
    public async Task What_is_for_files_alone_or_no_value_is_refused(string method, string name, string? body, int status)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var before = (await SendAsync(node, HttpMethod.Get, "/_node/_local/_config")).Body;
        Assert.Equal(status, (await SendAsync(node, new HttpMethod(method), Root + name, body)).Status);
        Assert.Equal(before, (await SendAsync(node, HttpMethod.Get, "/_node/_local/_config")).Body);
    }

    [Fact]
    public async Task Changes_are_kept_across_starts_unless_they_are_not_to_be()
    {
        using var directory = new TemporaryDirectory();
        var options = new NodeOptions
        {
            DataDirectory = directory.Path,
            Admin = ("admin", "pass"),
            Settings = [("chttpd", "port", "0"), ("chttpd_auth", "iterations", "1")],
        };
        await using (var node = await NodeServer.StartAsync(options, TestContext.Current.CancellationToken))
        using (var client = ClientOf(node.Address, "admin", "pass"))
        {
            Assert.Equal(200, (await SendAsync(client, HttpMethod.Put, Root + "uuids/algorithm", "\"utc_random\"")).Status);
            Assert.Equal(200, (await SendAsync(client, HttpMethod.Put, Root + "my/key", "\"kept = ü\"")).Status);
            Assert.Equal(200, (await SendAsync(client, HttpMethod.Put, Root + "admins/anna", "\"secret\"")).Status);
            client.DefaultRequestHeaders.Add("X-Couch-Persist", "false");
            Assert.Equal(200, (await SendAsync(client, HttpMethod.Put, Root + "my/other", "\"x\"")).Status);
            Assert.Equal("{\"key\":\"kept = ü\",\"other\":\"x\"}\n", (await SendAsync(client, HttpMethod.Get, Root + "my")).Body);
        }

        await using (var node = await NodeServer.StartAsync(options, TestContext.Current.CancellationToken))
        using (var client = ClientOf(node.Address, "anna", "secret"))
        {
            Assert.Equal("{\"key\":\"kept = ü\"}\n", (await SendAsync(client, HttpMethod.Get, Root + "my")).Body);
            Assert.Equal("\"utc_random\"\n", (await SendAsync(client, HttpMethod.Get, Root + "uuids/algorithm")).Body);

            File.AppendAllText(Path.Combine(directory.Path, "local.ini"), "[admins]\nben = clear\n[my]\nthird = 3\n");
            Assert.Equal((200, "{\"ok\":true}\n"), await SendAsync(client, HttpMethod.Post, Root + "_reload", "{}"));
            Assert.Equal("\"3\"\n", (await SendAsync(client, HttpMethod.Get, Root + "my/third")).Body);
            Assert.DoesNotContain("clear", File.ReadAllText(Path.Combine(directory.Path, "local.ini")), StringComparison.Ordinal);
            using var ben = ClientOf(node.Address, "ben", "clear");
            Assert.Equal(200, (await SendAsync(ben, HttpMethod.Get, "/_all_dbs")).Status);
        }
    }

    [Fact]
    public async Task An_admin_can_undo_what_refuses_all_other_requests()
    {
        await using var node = await NodeUnderTest.StartAsync();
        foreach (var (name, value) in new[] { ("chttpd/max_uri_length", "1"), ("chttpd/max_http_request_size", "0"), ("vhosts/*", "/db") })
        {
            Assert.Equal(200, await ChangeAsync(node, name, value));
            Assert.Equal((200, $"\"{value}\"\n"), await SendAsync(node, HttpMethod.Delete, Root + name));
        }
    }

    [Fact]
    public async Task Files_without_an_admin_are_not_read_again()
    {
        using var directory = new TemporaryDirectory();
        var options = new NodeOptions { DataDirectory = directory.Path, Admin = ("admin", "pass"), Settings = [("chttpd", "port", "0")] };
        await using var node = await NodeServer.StartAsync(options, TestContext.Current.CancellationToken);
        using var client = ClientOf(node.Address, "admin", "pass");
        var file = Path.Combine(directory.Path, "local.ini");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        foreach (var lost in new[] { null, string.Empty, "[my]\nkey = 1\n" })
        {
            File.Delete(file);
            if (lost is not null)
            {
                await File.WriteAllTextAsync(file, lost, TestContext.Current.CancellationToken);
            }

            Assert.Equal(400, (await SendAsync(client, HttpMethod.Post, Root + "_reload", "{}")).Status);
            Assert.Equal(200, (await SendAsync(client, HttpMethod.Get, "/_all_dbs")).Status);
        }

        File.Delete(file);
        Directory.CreateDirectory(file);
        Assert.Equal(400, (await SendAsync(client, HttpMethod.Post, Root + "_reload", "{}")).Status);
        Assert.Equal(404, (await SendAsync(client, HttpMethod.Get, Root + "my/key")).Status);
        Directory.Delete(file);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        Assert.Equal(200, (await SendAsync(client, HttpMethod.Post, Root + "_reload", "{}")).Status);
    }

    private static string Long(string value) => $"{{\"text\":\"{new string('x', 200)}{value}\"}}";

    private static async Task<int> PutAsync(NodeUnderTest node, string path, string body) => (await SendAsync(node, HttpMethod.Put, path, body)).Status;

    private static async Task<int> ChangeAsync(NodeUnderTest node, string name, string value) =>
        (await SendAsync(node, HttpMethod.Put, Root + name, JsonValue.Create(value).ToJsonString())).Status;

    private static Task<(int Status, string Body)> SendAsync(NodeUnderTest node, HttpMethod method, string path, string? body = null) =>
        SendAsync(node.Client, method, path, body);

    private static async Task<(int Status, string Body)> SendAsync(HttpClient client, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string?> AllowedOriginAsync(NodeUnderTest node, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Origin", origin);
        using var answer = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }

    private static async Task<int> SignInAsync(NodeUnderTest node, string name, string password)
    {
        using var client = ClientOf(node.Server.Address, name, password);
        return (await SendAsync(client, HttpMethod.Get, "/_all_dbs")).Status;
    }

    private static HttpClient ClientOf(Uri address, string name, string password)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
        return client;
    }
}
