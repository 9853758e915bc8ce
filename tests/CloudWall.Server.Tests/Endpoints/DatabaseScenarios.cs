namespace CloudWall.Server.Tests.Endpoints;

public sealed class DatabaseScenarios
{
    private const string Json = "Content-Type: application/json";
    private const string Ok = """\{"ok":true\}""";
    private const string NoDatabase = """\{"error":"not_found","reason":"Database does not exist\."\}""";

    private static readonly Scenario[] Table =
    [
        new("PUT", "/db?q=0", 400, """\{"error":"bad_request","reason":"The `q` value should be a positive integer\."\}"""),
        new("PUT", "/db?partitioned=x", 400, """\{"error":"bad_request","reason":"Invalid `partitioned` parameter"\}"""),
        new("PUT", "/Db", 400, """\{"error":"illegal_database_name","reason":"Name: 'Db'\. Only .*"\}"""),
        new("PUT", "/_users%2Fx", 400, """\{"error":"illegal_database_name".*"""),
        new("PUT", "/" + new string('a', 239), 400, """\{"error":"database_name_too_long",.*"""),
        new("PUT", "/" + new string('a', 238), 201, Ok),
        new("PUT", "/db", 401, """\{"error":"unauthorized","reason":"You are not a server admin\."\}""") { As = null },
        new("GET", "/db", 404, NoDatabase),
        new("GET", "/db", 404, NoDatabase) { As = null },
        new("DELETE", "/db", 404, NoDatabase),
        new("PUT", "/db?q=4", 201, Ok),
        new("PUT", "/db", 412, """\{"error":"file_exists",.*"""),
        new("GET", "/db", 401, """\{"error":"unauthorized","reason":"You are not authorized to access this db\."\}""") { As = null },
        new("GET", "/db", 200, """\{"instance_start_time":"\d+","db_name":"db","purge_seq":"0-[\w-]+","update_seq":"0-[\w-]+","sizes":\{"file":\d+,"external":\d+,"active":\d+\},"props":\{\},"doc_del_count":0,"doc_count":0,"disk_format_version":8,"compact_running":(true|false),"cluster":\{"q":4,"n":1,"w":1,"r":1\}\}"""),
        new("PATCH", "/db", 405, """\{"error":"method_not_allowed","reason":"Only DELETE,GET,HEAD,POST allowed"\}"""),
        new("GET", "/db/_shards", 200, """\{"shards":\{"00000000-3fffffff":\[".+"\],"40000000-7fffffff":\[".+"\],"80000000-bfffffff":\[".+"\],"c0000000-ffffffff":\[".+"\]\}\}"""),
        new("GET", "/db/_shards/a", 200, """\{"range":"c0000000-ffffffff","nodes":\[".+"\]\}"""),
        new("GET", "/db/_security", 200, """\{"members":\{"roles":\["_admin"\]\},"admins":\{"roles":\["_admin"\]\}\}"""),
        new("PUT", "/db/_security", 200, Ok) { Send = """ { "x" : 1.50, "members": {"names":["a"]} } """ },
        new("GET", "/db/_security", 200, """\{"x":1\.5,"members":\{"names":\["a"\]\}\}"""),
        new("PUT", "/db/_security", 400) { Send = """{"admins":{"names":[1]}}""" },
        new("PUT", "/db/_security", 400) { Send = """{"members":[]}""" },
        new("PUT", "/db/_security", 400) { Send = "{" },
        new("GET", "/db/_revs_limit", 200, "1000"),
        new("PUT", "/db/_revs_limit", 200, Ok) { Send = " 7 " },
        new("GET", "/db/_revs_limit", 200, "7"),
        new("PUT", "/db/_revs_limit", 400) { Send = "0" },
        new("PUT", "/db/_revs_limit", 200) { Send = "99999999999" },
        new("GET", "/db/_purged_infos_limit", 200, "1000"),
        new("PUT", "/db/_purged_infos_limit", 200, Ok) { Send = "9" },
        new("GET", "/db/_purged_infos_limit", 200, "9"),
        new("PUT", "/db/_purged_infos_limit", 400, """.*`purged_infos_limit` must be positive integer.*""") { Send = "\"9\"" },
        new("POST", "/db/_ensure_full_commit", 201, """\{"ok":true,"instance_start_time":"\d+"\}""") { Headers = [Json] },
        new("POST", "/db/_compact", 415),
        new("POST", "/db/_compact", 202, Ok) { Headers = [Json + "; charset=utf-8"] },
        new("POST", "/db/_compact/x", 404) { Headers = [Json] },
        new("POST", "/db/_view_cleanup", 202, Ok),
        new("POST", "/db/_sync_shards", 202, Ok),
        new("GET", "/db/_temp_view", 410, """\{"error":"gone",.*"""),
        new("DELETE", "/db?rev=1-x", 400, """.*Did you mean to DELETE a document instead\?.*"""),
        new("DELETE", "/db", 401) { As = null },
        new("DELETE", "/db/", 200, Ok),
        new("GET", "/db", 404, NoDatabase),
    ];

    [Fact]
    public async Task Answers_as_CouchDB_does()
    {
        await using var node = await TestNode.StartAsync();
        foreach (var scenario in Table)
        {
            await scenario.RunAsync(node);
        }
    }

    [Theory]
    [InlineData("/db/_design%2Fx?rev=1-a", "/db/_design/x?rev=1-a")]
    [InlineData("/db/_design%2fx/att", "/db/_design/x/att")]
    [InlineData("/db/%5Fdesign%2Fa%2Fb", "/db/_design/a%2Fb")]
    public async Task Sends_design_documents_to_their_open_path(string target, string location)
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        var answer = await node.SendAsync("GET", target);
        Assert.Equal(301, answer.Status);
        Assert.Equal($"http://{node.Node.Address.Authority}{location}", answer.Headers["location"]);
    }

    [Theory]
    [InlineData("", "http://{0}/a%2Fb")]
    [InlineData("X-Forwarded-Host: cloud.example", "http://cloud.example/a%2Fb")]
    [InlineData("X-Forwarded-Proto: https", "https://{0}/a%2Fb")]
    [InlineData("X-Forwarded-Proto: gopher", "http://{0}/a%2Fb")]
    [InlineData("X-Forwarded-Ssl: on", "https://{0}/a%2Fb")]
    public async Task Names_places_as_the_client_reached_it(string header, string location)
    {
        await using var node = await TestNode.StartAsync();
        var answer = await node.SendAsync("PUT", "/a%2Fb", null, "admin:pass", header.Length == 0 ? [] : [header]);
        Assert.Equal(location.Replace("{0}", node.Node.Address.Authority, StringComparison.Ordinal), answer.Headers["location"]);
    }
}
