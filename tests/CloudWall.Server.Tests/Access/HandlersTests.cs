using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Access;

/// <summary>JSON Web Tokens and proxies over HTTP, with CouchDB's settings.</summary>
public sealed class HandlersTests
{
    private const string Handlers = "/_node/_local/_config/chttpd/authentication_handlers";
    private const string Cookie = "{chttpd_auth, cookie_authentication_handler}";
    private const string Basic = "{chttpd_auth, default_authentication_handler}";

    [Fact]
    public async Task A_token_signs_in_as_soon_as_the_settings_say_so()
    {
        await using var node = await TestNode.StartAsync();
        var token = "Authorization: Bearer " + Token("ann", "_admin");
        Assert.Null(await NameAsync(node, token));

        var handlers = Quoted("{chttpd_auth, jwt_authentication_handler}, " + Cookie + "," + Basic);
        Assert.Equal(200, (await node.SendAsync("PUT", Handlers, handlers)).Status);
        Assert.Equal(400, (await node.SendAsync("GET", "/_session", credentials: null, headers: token)).Status);
        Assert.Equal(200, (await node.SendAsync("PUT", "/_node/_local/_config/jwt_keys/hmac:_default", Quoted("aGVsbG8="))).Status);
        Assert.Equal("ann", await NameAsync(node, token));
        var session = await ReadAsync(node, "/_session", token);
        Assert.Equal("""["jwt","cookie","default"]""", session["info"]!["authentication_handlers"]!.ToJsonString());
        Assert.Equal("jwt", (string?)session["info"]!["authenticated"]);
        Assert.Equal(200, (await node.SendAsync("GET", "/_all_dbs", credentials: null, headers: token)).Status);
        Assert.Equal(400, (await node.SendAsync("GET", "/_session", credentials: null, headers: token + "x")).Status);
        Assert.Null(await NameAsync(node, "Authorization: Bearer"));
    }

    [Fact]
    public async Task Secrets_of_tokens_are_shown_to_nobody()
    {
        await using var node = await TestNode.StartAsync(("jwt_keys", "hmac:a", "aGVsbG8="));
        using var rsa = RSA.Create(2048);
        var pem = rsa.ExportSubjectPublicKeyInfoPem().Replace("\n", "\\n", StringComparison.Ordinal);
        var added = await node.SendAsync("PUT", "/_node/_local/_config/jwt_keys/rsa:b", JsonValue.Create(pem).ToJsonString());
        Assert.Equal(200, added.Status);
        foreach (var path in (string[])["/_node/_local/_config", "/_node/_local/_config/jwt_keys", "/_node/_local/_config/jwt_keys/hmac:a"])
        {
            var shown = Encoding.UTF8.GetString((await node.SendAsync("GET", path)).Body);
            Assert.Contains("****", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("aGVsbG8=", shown, StringComparison.Ordinal);
        }

        Assert.Equal(pem, (string?)await ReadAsync(node, "/_node/_local/_config/jwt_keys/rsa:b"));
        var wrong = await node.SendAsync("PUT", "/_node/_local/_config/jwt_keys/hmac:a", Quoted("not base64"));
        Assert.Equal(400, wrong.Status);
        Assert.DoesNotContain("not base64", Encoding.UTF8.GetString(wrong.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_names_the_user()
    {
        await using var node = await TestNode.StartAsync(
            ("chttpd", "authentication_handlers", "{chttpd_auth, proxy_authentication_handler}, " + Cookie + ", " + Basic),
            ("chttpd_auth", "proxy_use_secret", "true"), ("chttpd_auth", "secret", "secret"), ("chttpd_auth", "x_auth_roles", "X-Groups"));
        const string Name = "X-Auth-CouchDB-UserName: bob";
        const string Token = "X-Auth-CouchDB-Token: 9c90819f883772660da011f41042fabea4a174e2873386b30949f106dbac797e";
        var session = JsonNode.Parse((await node.SendAsync("GET", "/_session", null, null, Name, "X-Groups: crew", Token)).Body)!;
        Assert.Equal("""{"name":"bob","roles":["crew"]}""", session["userCtx"]!.ToJsonString());
        Assert.Equal("proxy", (string?)session["info"]!["authenticated"]);
        Assert.Null((string?)JsonNode.Parse((await node.SendAsync("GET", "/_session", null, null, Name)).Body)!["userCtx"]!["name"]);
    }

    [Theory]
    [InlineData("{chttpd_auth, jwt_authentication_handler}")]
    [InlineData("{couch_httpd_auth, null_authentication_handler}, " + Basic)]
    public async Task No_change_locks_admins_out_or_lets_everyone_in(string value)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(400, (await node.SendAsync("PUT", Handlers, Quoted(value))).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/_all_dbs")).Status);
    }

    private static string Quoted(string text) => $"\"{text}\"";

    private static string Token(string name, string role)
    {
        var message = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8) + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"sub":"{{name}}","exp":99999999999,"_couchdb.roles":["{{role}}"]}"""));
        return message + "." + Base64Url.EncodeToString(HMACSHA256.HashData("hello"u8, Encoding.ASCII.GetBytes(message)));
    }

    private static async Task<string?> NameAsync(TestNode node, string header) =>
        (string?)(await ReadAsync(node, "/_session", header))["userCtx"]!["name"];

    private static async Task<JsonNode> ReadAsync(TestNode node, string path, params string[] headers) =>
        JsonNode.Parse((await node.SendAsync("GET", path, null, headers.Length > 0 ? null : "admin:pass", headers)).Body)!;
}
