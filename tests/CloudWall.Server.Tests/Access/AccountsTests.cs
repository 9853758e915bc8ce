using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Access;

/// <summary>Accounts over HTTP: what the golden exchanges do not show.</summary>
public sealed class AccountsTests
{
    private const string Json = "Content-Type: application/json";
    private const string Form = "Content-Type: application/x-www-form-urlencoded";
    private const string Ann = """{"name":"ann","type":"user","roles":["crew"],"password":"secret"}""";

    [Fact]
    public async Task A_password_is_stored_hashed_whichever_way_it_comes()
    {
        await using var node = await StartAsync();
        var bob = Ann.Replace("ann", "bob", StringComparison.Ordinal);
        var eve = Ann.Replace("ann", "eve", StringComparison.Ordinal);
        Assert.Equal(201, (await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json)).Status);
        Assert.Equal(201, (await node.SendAsync("POST", "/_users", bob.Insert(1, "\"_id\":\"org.couchdb.user:bob\","), headers: Json)).Status);
        var bulk = await node.SendAsync(
            "POST", "/_users/_bulk_docs", $$"""{"docs":[{{eve.Insert(1, "\"_id\":\"org.couchdb.user:eve\",")}}]}""", headers: Json);
        Assert.Equal(201, bulk.Status);
        foreach (var name in (string[])["ann", "bob", "eve"])
        {
            var stored = await ReadAsync(node, "/_users/org.couchdb.user:" + name);
            Assert.Equal("pbkdf2", (string?)stored["password_scheme"]);
            Assert.Null(stored["password"]);
            Assert.Equal(200, (await node.SendAsync("GET", "/_session", credentials: name + ":secret")).Status);
        }
    }

    [Fact]
    public async Task A_session_is_renewed_by_use_and_ends_with_the_password()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await TestNode.StartAsync(time, ("couchdb", "single_node", "true"));
        var revision = (string)JsonNode.Parse((await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json)).Body)!["rev"]!;
        var signedIn = await node.SendAsync("POST", "/_session", "name=ann&password=secret", null, Form);
        var cookie = Cookie(signedIn);
        Assert.False((await node.SendAsync("GET", "/_session", credentials: null, headers: cookie)).Headers.ContainsKey("set-cookie"));

        time.Advance(TimeSpan.FromMinutes(5));
        var renewed = await node.SendAsync("GET", "/", credentials: null, headers: cookie);
        Assert.Matches("^AuthSession=[^;]+; Version=1; Expires=[^;]+; Max-Age=600; Path=/; HttpOnly; SameSite=Lax$", renewed.Headers["set-cookie"]);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await NameAsync(node, cookie));
        Assert.Equal("ann", await NameAsync(node, Cookie(renewed)));

        var changed = Ann.Replace("secret", "changed", StringComparison.Ordinal).Insert(1, $"\"_rev\":\"{revision}\",");
        Assert.Equal(201, (await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", changed, headers: Json)).Status);
        Assert.Null(await NameAsync(node, Cookie(renewed)));
    }

    [Fact]
    public async Task A_cookie_counts_for_pages_of_the_node_and_of_origins_that_the_settings_name()
    {
        await using var node = await StartAsync();
        var cookie = Cookie(await node.SendAsync("POST", "/_session", "name=admin&password=pass", null, Form));
        Assert.Equal("admin", await NameAsync(node, cookie, "Origin: http://" + node.Server.Address.Authority));
        Assert.Equal("admin", await NameAsync(node, cookie, "Origin: http://127.0.0.1:1"));
        Assert.Null(await NameAsync(node, cookie, "Origin: http://app.example"));
        Assert.Null(await NameAsync(node, cookie, "Origin: null"));

        await using var naming = await TestNode.StartAsync(("cors", "origins", "http://127.0.0.1:1"));
        cookie = Cookie(await naming.SendAsync("POST", "/_session", "name=admin&password=pass", null, Form));
        Assert.Equal("admin", await NameAsync(naming, cookie, "Origin: http://127.0.0.1:1"));
        Assert.Null(await NameAsync(naming, cookie, "Origin: http://127.0.0.1:2"));
    }

    [Fact]
    public async Task Strangers_see_the_public_fields_of_an_account_and_no_more()
    {
        await using var node = await TestNode.StartAsync(
            ("couchdb", "single_node", "true"), ("couchdb", "users_db_security_editable", "true"), ("chttpd_auth", "public_fields", "name, hobby"));
        const string Account = "/_users/org.couchdb.user:ann";
        Assert.Equal(200, (await node.SendAsync("PUT", "/_users/_security", "{}")).Status);
        var ann = Ann.Insert(1, """ "hobby":"chess","_attachments":{"a":{"data":"YQ==","content_type":"text/plain"}}, """);
        Assert.Equal(201, (await node.SendAsync("PUT", Account, ann, headers: Json)).Status);

        var seen = JsonNode.Parse((await node.SendAsync("GET", Account + "?attachments=true&revs=true", credentials: null)).Body)!.AsObject();
        Assert.Equal(["_id", "_rev", "hobby", "name"], seen.Select(static member => member.Key).Order(StringComparer.Ordinal));
        foreach (var hidden in (string[])[Account + "/a", "/_users/org.couchdb.user:none", "/_users", "/_users/_local_docs", "/_users/_design/d"])
        {
            Assert.Equal(404, (await node.SendAsync("GET", hidden, credentials: null)).Status);
        }

        Assert.Equal(404, (await node.SendAsync("DELETE", Account + "?rev=1-a", credentials: null)).Status);
        Assert.Equal(200, (await node.SendAsync("GET", Account + "/a", credentials: "ann:secret")).Status);
        await node.SendAsync("PUT", "/_node/_local/_config/chttpd_auth/public_fields", "\"other\"");
        Assert.Equal(404, (await node.SendAsync("GET", Account, credentials: null)).Status);
    }

    [Theory]
    [InlineData(1 << 10, 401)]
    [InlineData(60 << 10, 401)]
    [InlineData(1 << 20, 413)]
    public async Task A_sign_in_is_short(int length, int status)
    {
        await using var node = await StartAsync();
        var name = new string('a', length);
        Assert.Equal(status, (await node.SendAsync("POST", "/_session", $"name={name}&password=x", null, Form)).Status);
        Assert.Equal(status, (await node.SendAsync("POST", "/_session", $$"""{"name":"x","password":"{{name}}"}""", null, Json)).Status);
    }

    [Fact]
    public async Task Sign_in_sends_nobody_to_another_server()
    {
        await using var node = await StartAsync();
        foreach (var next in (string[])["http://example.com/", "@example.com", "x", "/\t/example.com", "/\r\nX: y", "/\u0085"])
        {
            var answer = await node.SendAsync("POST", "/_session?next=" + Uri.EscapeDataString(next), "name=admin&password=pass", null, Form);
            Assert.Equal(400, answer.Status);
            Assert.False(answer.Headers.ContainsKey("location"));
        }
    }

    [Theory]
    [InlineData("/é b", "/%C3%A9%20b")]
    [InlineData("/db/_design/d/index.html?a=%20b&c=[1]#top", "/db/_design/d/index.html?a=%20b&c=%5B1%5D#top")]
    [InlineData("/100%", "/100%25")]
    [InlineData("/\\example.com", "/%5Cexample.com")]
    public async Task Sign_in_sends_browsers_on_to_a_well_formed_address(string next, string path)
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync("POST", "/_session?next=" + Uri.EscapeDataString(next), "name=admin&password=pass", null, Form);
        Assert.Equal(302, answer.Status);
        Assert.Equal("http://" + node.Server.Address.Authority + path, answer.Headers["location"]);
    }

    [Theory]
    [InlineData("/_session", null, null)]
    [InlineData("/", 401, null)]
    [InlineData("/_up", 401, 200)]
    [InlineData("/_session", 401, null)]
    public async Task Nobody_is_answered_where_the_settings_want_users(string path, int? status, int? exceptForUp)
    {
        await using var node = await TestNode.StartAsync(("chttpd", "require_valid_user", "true"));
        await using var other = await TestNode.StartAsync(("chttpd", "require_valid_user_except_for_up", "true"));
        if (status is null)
        {
            Assert.Equal(200, (await node.SendAsync("POST", path, "name=admin&password=pass", null, Form)).Status);
            return;
        }

        var refused = await node.SendAsync("GET", path, credentials: null);
        Assert.Equal(status, refused.Status);
        Assert.Equal("Basic realm=\"server\"", refused.Headers["www-authenticate"]);
        Assert.Equal(200, (await node.SendAsync("GET", path)).Status);
        Assert.Equal(exceptForUp ?? status, (await other.SendAsync("GET", path, credentials: null)).Status);
    }

    [Fact]
    public async Task A_challenge_is_what_the_request_or_the_settings_want()
    {
        await using var node = await TestNode.StartAsync();
        Assert.False((await node.SendAsync("GET", "/_all_dbs", credentials: null)).Headers.ContainsKey("www-authenticate"));
        var wanted = await node.SendAsync("GET", "/_all_dbs", null, null, "X-CouchDB-WWW-Authenticate: Cookie");
        Assert.Equal("Cookie", wanted.Headers["www-authenticate"]);
        await using var set = await TestNode.StartAsync(("chttpd", "WWW-Authenticate", "Basic realm=\"mine\""));
        Assert.Equal("Basic realm=\"mine\"", (await set.SendAsync("GET", "/_all_dbs", credentials: null)).Headers["www-authenticate"]);
    }

    [Fact]
    public async Task Who_is_let_into_the_database_of_users_sees_the_own_document_alone()
    {
        await using var node = await TestNode.StartAsync(("couchdb", "single_node", "true"), ("couchdb", "users_db_security_editable", "true"));
        var bob = Ann.Replace("ann", "bob", StringComparison.Ordinal).Replace("\"crew\"", "", StringComparison.Ordinal);
        await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json);
        await node.SendAsync("PUT", "/_users/_design/d", """{"views":{"v":{"map":"function(doc) { emit(doc.salt, doc); }"}}}""", headers: Json);
        Assert.Equal(200, (await node.SendAsync("PUT", "/_users/_security", "{}", headers: Json)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/_users/org.couchdb.user:bob", bob, null, Json)).Status);

        Assert.Equal(200, (await node.SendAsync("GET", "/_users/org.couchdb.user:bob", credentials: "bob:secret")).Status);
        foreach (var path in (string[])
            ["org.couchdb.user:ann", "org.couchdb.user:ann?open_revs=all", "_design/d", "_design/d/_view/v", "_design_docs", "_local_docs", "_local/x"])
        {
            Assert.Equal(404, (await node.SendAsync("GET", "/_users/" + path, credentials: "bob:secret")).Status);
            Assert.Equal(404, (await node.SendAsync("GET", "/_users/" + path, credentials: null)).Status);
        }

        foreach (var (path, body) in ((string, string)[])
            [("_bulk_get", """{"docs":[{"id":"org.couchdb.user:ann"}]}"""), ("_revs_diff", "{}"), ("_bulk_docs", """{"docs":[]}"""), ("_all_docs/queries", "{}")])
        {
            Assert.True((await node.SendAsync("POST", "/_users/" + path, body, "bob:secret", Json)).Status is 401 or 404);
        }

        Assert.Equal(401, (await node.SendAsync("GET", "/_users/_all_docs", credentials: "bob:secret")).Status);
        Assert.Equal(401, (await node.SendAsync("GET", "/_users/_changes", credentials: null)).Status);
    }

    [Fact]
    public async Task Users_put_attachments_on_the_own_account_alone()
    {
        await using var node = await TestNode.StartAsync(("couchdb", "single_node", "true"), ("couchdb", "users_db_security_editable", "true"));
        foreach (var name in (string[])["ann", "bob"])
        {
            await node.SendAsync("PUT", "/_users/org.couchdb.user:" + name, Ann.Replace("ann", name, StringComparison.Ordinal), headers: Json);
        }

        Assert.Equal(200, (await node.SendAsync("PUT", "/_users/_security", "{}", headers: Json)).Status);
        var revision = (string)(await ReadAsync(node, "/_users/org.couchdb.user:ann"))["_rev"]!;
        var other = (string)(await ReadAsync(node, "/_users/org.couchdb.user:bob"))["_rev"]!;
        const string Text = "Content-Type: text/plain";
        Assert.Equal(404, (await node.SendAsync("PUT", $"/_users/org.couchdb.user:bob/a?rev={other}", "hi", "ann:secret", Text)).Status);
        Assert.Equal(404, (await node.SendAsync("PUT", $"/_users/org.couchdb.user:bob/a?rev={other}", "hi", null, Text)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", $"/_users/org.couchdb.user:ann/a?rev={revision}", "hi", "ann:secret", Text)).Status);
        Assert.Equal("hi"u8.ToArray(), (await node.SendAsync("GET", "/_users/org.couchdb.user:ann/a", credentials: "ann:secret")).Body);
        Assert.Equal(404, (await node.SendAsync("GET", "/_users/org.couchdb.user:ann/a", credentials: "bob:secret")).Status);
        Assert.Equal(404, (await node.SendAsync("GET", "/_users/org.couchdb.user:ann/a", credentials: null)).Status);
        revision = (string)(await ReadAsync(node, "/_users/org.couchdb.user:ann"))["_rev"]!;
        Assert.Equal(200, (await node.SendAsync("DELETE", $"/_users/org.couchdb.user:ann/a?rev={revision}", null, "ann:secret")).Status);
    }

    [Theory]
    [InlineData("_users")]
    [InlineData("x%2F_users")]
    public async Task Users_write_no_local_documents_beside_the_accounts(string database)
    {
        await using var node = await TestNode.StartAsync(("couchdb", "single_node", "true"), ("couchdb", "users_db_security_editable", "true"));
        await node.SendAsync("PUT", "/" + database);
        await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json);
        await node.SendAsync("PUT", $"/{database}/org.couchdb.user:ann", Ann, headers: Json);
        Assert.Equal(200, (await node.SendAsync("PUT", $"/{database}/_security", "{}", headers: Json)).Status);
        var account = $"/{database}/org.couchdb.user:ann";
        Assert.Equal(404, (await node.SendAsync("COPY", account, null, "ann:secret", "Destination: _local/x")).Status);
        Assert.Equal(404, (await node.SendAsync("PUT", $"/{database}/_local/x", "{}", "ann:secret", Json)).Status);
        Assert.Equal(404, (await node.SendAsync("GET", $"/{database}/_local/x")).Status);
        Assert.Equal(201, (await node.SendAsync("COPY", account, null, "admin:pass", "Destination: _local/x")).Status);
    }

    [Fact]
    public async Task Only_server_admins_look_into_replicator_databases()
    {
        await using var node = await StartAsync();
        await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json);
        Assert.Equal(200, (await node.SendAsync("PUT", "/_replicator/_security", """{"admins":{"names":["ann"]}}""", headers: Json)).Status);
        Assert.Equal(401, (await node.SendAsync("GET", "/_replicator", credentials: "ann:secret")).Status);
        Assert.Equal(401, (await node.SendAsync("GET", "/_replicator/_local_docs", credentials: "ann:secret")).Status);
    }

    [Theory]
    [InlineData("/db/_security", """{"members":{"names":["bob"]}}""")]
    [InlineData("/db/_security", """{"readers":{"names":["bob"]}}""")]
    [InlineData("/_users/org.couchdb.user:ann", """{"_rev":"REV","name":"ann","type":"user","roles":[],"password":"changed"}""")]
    [InlineData("/_users/org.couchdb.user:ann", """{"_rev":"REV","_deleted":true}""")]
    public async Task A_feed_ends_when_its_reader_may_not_read_on(string path, string change)
    {
        await using var node = await StartAsync();
        var made = await node.SendAsync("PUT", "/_users/org.couchdb.user:ann", Ann, headers: Json);
        change = change.Replace("REV", (string)JsonNode.Parse(made.Body)!["rev"]!, StringComparison.Ordinal);
        await node.SendAsync("PUT", "/db");
        await node.SendAsync("PUT", "/db/_security", """{"members":{"names":["ann"]}}""", headers: Json);
        using var client = new HttpClient { BaseAddress = node.Server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/db/_changes?feed=continuous&heartbeat=1000");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String("ann:secret"u8));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await node.SendAsync("PUT", "/db/seen", "{}", headers: Json);
        var seen = string.Empty;
        while (!seen.Contains("seen", StringComparison.Ordinal))
        {
            seen = await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("The feed has ended.");
        }

        Assert.True((await node.SendAsync("PUT", path, change, headers: Json)).Status is 200 or 201);
        await node.SendAsync("PUT", "/db/hidden", "{}", headers: Json);
        var rest = new List<string>();
        try
        {
            while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                rest.Add(line);
            }
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException)
        {
        }

        Assert.DoesNotContain(rest, static line => line.Contains("hidden", StringComparison.Ordinal));
    }

    private static Task<TestNode> StartAsync() => TestNode.StartAsync(("couchdb", "single_node", "true"));

    private static async Task<JsonObject> ReadAsync(TestNode node, string path) => JsonNode.Parse((await node.SendAsync("GET", path)).Body)!.AsObject();

    private static async Task<string?> NameAsync(TestNode node, params string[] headers) =>
        (string?)JsonNode.Parse((await node.SendAsync("GET", "/_session", credentials: null, headers: headers)).Body)!["userCtx"]!["name"];

    private static string Cookie(HttpAnswer answer)
    {
        var header = answer.Headers["set-cookie"];
        return "Cookie: " + header[..header.IndexOf(';', StringComparison.Ordinal)];
    }
}
