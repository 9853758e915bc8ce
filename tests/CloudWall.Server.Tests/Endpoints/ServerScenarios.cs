using System.Text.RegularExpressions;

namespace CloudWall.Server.Tests.Endpoints;

public sealed class ServerScenarios
{
    private const string Json = "Content-Type: application/json";

    private static readonly Scenario[] Table =
    [
        new("GET", "/", 200, """\{"couchdb":"Welcome","version":"3\.5\.0","git_sha":"[^"]+","uuid":"[0-9a-f]{32}","features":\["partitioned"\],"vendor":\{"name":"CloudWall","version":"[^"]+","boot":"[0-9a-f]{16}"\}\}""") { As = null },
        new("GET", "/", 200) { As = null, Headers = ["Authorization: Basic ???"] },
        new("GET", "/", 401, Error("unauthorized", "Name or password is incorrect.")) { As = "admin:wrong" },
        new("GET", "/_session", 400, Error("bad_request", "Authorization header has invalid base64 value")) { As = null, Headers = ["Authorization: Basic ???"] },
        new("GET", "/_session", 200, """\{"ok":true,"userCtx":\{"name":null,"roles":\[\]\},"info":\{"authentication_handlers":\["cookie","default"\]\}\}""") { As = null },
        new("GET", "/_session", 200, """\{"ok":true,"userCtx":\{"name":null.*""") { As = "_:_" },
        new("GET", "/_session?basic=true", 401, Error("unauthorized", "Please login.")) { As = null },
        new("GET", "/_session", 200, """\{"ok":true,"userCtx":\{"name":"admin","roles":\["_admin"\]\},"info":\{"authentication_handlers":\["cookie","default"\],"authenticated":"default"\}\}"""),
        new("GET", "/_up", 200, """\{"status":"ok","seeds":\{\}\}""") { As = null },
        new("HEAD", "/_up", 200, "") { As = null },
        new("DELETE", "/_up", 405, Error("method_not_allowed", "Only GET,HEAD allowed")),
        new("GET", "/_all_dbs", 401, Error("unauthorized", "You are not a server admin.")) { As = null },
        new("GET", "/_all_dbs", 200, """\["_users","a","b/c","d"\]"""),
        new("GET", "/_all_dbs?startkey=1&limit=2", 200, """\["_users","a"\]"""),
        new("GET", "/_all_dbs?endkey=null", 200, """\[\]"""),
        new("GET", "/_all_dbs?descending=true&skip=1&endkey=%22a%22", 200, """\["b/c","a"\]"""),
        new("GET", "/_all_dbs?descending=true&endkey=%22a%22&inclusive_end=false", 200, """\["d","b/c"\]"""),
        new("GET", "/_all_dbs?keys=%5B%22d%22,%22x%22,%22a%22%5D", 200, """\["d","a"\]"""),
        new("GET", "/_all_dbs?skip=-1", 400, Error("query_parse_error", "Invalid value for positive integer: \\\\\"-1\\\\\"")),
        new("GET", "/_all_dbs?descending=2", 400, Error("query_parse_error", "Invalid boolean parameter: \\\\\"2\\\\\"")),
        new("POST", "/_dbs_info", 200, """\[\{"key":"a","info":\{"instance_start_time":"\d+","db_name":"a",.*\}\},\{"key":null,"error":"not_found"\},\{"key":"x","error":"not_found"\}\]""") { Send = """{"keys":["a",1,"x"]}""", Headers = [Json] },
        new("POST", "/_dbs_info", 415, Error("bad_content_type", "Content-Type must be application/json")) { Send = "{}" },
        new("POST", "/_dbs_info", 400, Error("bad_request", "Request body must be a JSON object")) { Send = "[]", Headers = [Json] },
        new("POST", "/_dbs_info", 415, Error("bad_content_type", "br is not a supported content encoding.")) { Send = "{}", Headers = [Json, "Content-Encoding: br"] },
        new("POST", "/_dbs_info", 400, Error("bad_request", "Request body is not properly gzipped.")) { Send = "{}", Headers = [Json, "Content-Encoding: gzip"] },
        new("GET", "/_uuids?count=2", 200, """\{"uuids":\["[0-9a-f]{32}","[0-9a-f]{32}"\]\}""") { As = null },
        new("GET", "/_uuids?count=1001", 400, Error("bad_request", "count parameter too large")),
        new("GET", "/_active_tasks", 200, """\[\]"""),
        new("GET", "/_active_tasks", 401, Error("unauthorized", "You are not a server admin.")) { As = null },
        new("GET", "/_membership", 200, """\{"all_nodes":\["(cloudwall@[0-9a-f]{8})"\],"cluster_nodes":\["\1"\]\}"""),
        new("GET", "/_node/_local", 200, """\{"name":"cloudwall@[0-9a-f]{8}"\}"""),
        new("GET", "/_node/other", 404, Error("not_found", "no such node: other")),
        new("PUT", "/_node", 400, Error("bad_request", "Incomplete path to _node request")),
        new("GET", "/_node/_local/_other", 404, Error("not_found", "missing")),
        new("GET", "/favicon.ico", 200) { As = null },
        new("GET", "/_utils", 301, "") { As = null },
        new("GET", "/_utils/", 404) { As = null },
        new("GET", "/%zz", 400, Error("bad_request", "invalid_url_encoding")),
        new("GET", "/..", 404, Error("not_found", "Database does not exist.")),
        new("GET", "/%00", 404, Error("not_found", "Database does not exist.")),
        new("GET", "/_nope", 401, Error("unauthorized", "You are not a server admin.")) { As = null },
        new("POST", "/_up", 200) { Headers = ["X-HTTP-Method-Override: GET"] },
        new("GET", "/_up", 200) { Headers = ["X-HTTP-Method-Override: DELETE"] },
    ];

    [Fact]
    public async Task Answers_as_CouchDB_does()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var name in (string[])["d", "a", "b%2Fc", "_users"])
        {
            Assert.Equal(201, (await node.SendAsync("PUT", "/" + name)).Status);
        }

        foreach (var scenario in Table)
        {
            await scenario.RunAsync(node);
        }
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_of_CouchDB()
    {
        await using var node = await TestNode.StartAsync();
        var answer = await node.SendAsync("GET", "/", null, null, "X-Couch-Request-ID: my-request_1");
        Assert.Equal("application/json", answer.Headers["content-type"]);
        Assert.Equal("must-revalidate", answer.Headers["cache-control"]);
        Assert.Matches(@"^CouchDB/3\.5\.0 \(CloudWall/.+\)$", answer.Headers["server"]);
        Assert.Equal("my-request_1", answer.Headers["x-couch-request-id"]);
        Assert.Equal("0", answer.Headers["x-couchdb-body-time"]);
        Assert.Contains("date", answer.Headers.Keys);

        answer = await node.SendAsync("GET", "/", null, null, "X-Couch-Request-ID: <script>", "Prefer: return=minimal");
        Assert.DoesNotContain("x-couch-request-id", answer.Headers.Keys);
        Assert.Contains("server", answer.Headers.Keys);
        answer = await node.SendAsync("DELETE", "/");
        Assert.Matches(new Regex("^[0-9a-f]{10}$"), answer.Headers["x-couch-request-id"]);
        Assert.Equal("GET,HEAD", answer.Headers["allow"]);
    }

    [Fact]
    public async Task An_answer_that_the_client_has_is_not_sent_again()
    {
        await using var node = await TestNode.StartAsync();
        var first = await node.SendAsync("GET", "/_all_dbs");
        var etag = first.Headers["etag"];
        Assert.Equal(304, (await node.SendAsync("GET", "/_all_dbs", null, "admin:pass", $"If-None-Match: \"x\", W/{etag}")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/_all_dbs", null, "admin:pass", $"If-None-Match: {etag}")).Status);
    }

    [Fact]
    public async Task A_long_answer_comes_in_pieces_and_whole()
    {
        await using var node = await TestNode.StartAsync();
        var names = Enumerable.Range(100, 300).Select(static i => new string('x', 200) + i).ToArray();
        foreach (var name in names)
        {
            Assert.Equal(201, (await node.SendAsync("PUT", "/" + name)).Status);
        }

        var answer = await node.SendAsync("GET", "/_all_dbs");
        Assert.Equal("chunked", answer.Headers["transfer-encoding"]);
        Assert.Equal("[\"" + string.Join("\",\"", names) + "\"]\n", System.Text.Encoding.UTF8.GetString(answer.Body));
        answer = await node.SendAsync("HEAD", "/_all_dbs");
        Assert.Equal((200, 0), (answer.Status, answer.Body.Length));
        Assert.Equal(200, (await node.SendAsync("GET", "/")).Status);
    }

    [Fact]
    public async Task A_session_ends_with_an_empty_cookie()
    {
        await using var node = await TestNode.StartAsync();
        var answer = await node.SendAsync("DELETE", "/_session");
        Assert.Equal(200, answer.Status);
        Assert.Matches("^AuthSession=; Version=1; Expires=[^;]+ GMT; Max-Age=0; Path=/; HttpOnly; SameSite=Lax$", answer.Headers["set-cookie"]);
    }

    private static string Error(string error, string reason) => $$"""\{"error":"{{error}}","reason":"{{reason.Replace(".", @"\.", StringComparison.Ordinal)}}"\}""";
}
