using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

public sealed class CouchappTests
{
    private const string Design =
        """
        {"shows":{"req":"function(doc, req) { return {json: req}; }","endless":"function() { for (;;) {} }"},
        "lists":{"all":"function(head, req) { var r, n = 0; while (r = getRow()) { send(r.value); n += r.value.length; } return ' ' + n; }",
        "endless":"function() { start({}); for (;;) send('x'); }"},
        "views":{"big":{"map":"function(doc) { if (doc.text) emit(doc._id, doc.text); }"}},
        "rewrites":[{"from":"/","to":"_show/req"},{"from":"/docs/*","to":"../../*"}]}
        """;

    [Fact]
    public async Task Functions_see_no_credentials()
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync(
            "GET", "/db/_design/app/_show/req", null, "admin:pass", "Cookie: Own=secret", "X-Auth-CouchDB-Token: secret", "X-Own: here");
        var text = Encoding.UTF8.GetString(answer.Body);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("admin:pass"u8), text, StringComparison.Ordinal);
        Assert.Equal("here", (string?)JsonNode.Parse(text)!["headers"]!["X-Own"]);
    }

    [Fact]
    public async Task A_list_streams_all_rows_of_a_view()
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync("GET", "/db/_design/app/_list/all/big");
        Assert.Equal(200, answer.Status);
        Assert.EndsWith(" 400000", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
        Assert.Equal(400_007, answer.Body.Length);
    }

    [Fact]
    public async Task A_name_stands_for_a_couchapp()
    {
        await using var node = await StartAsync(
            ("vhosts", "app.example", "/db/_design/app/_rewrite"), ("vhosts", "*.wild.example/sub", "/db"), ("vhosts", ":dbname.part.example", "/:dbname"));
        Assert.Empty((await AskAsync("app.example:5984", "/"))["requested_path"]!.AsArray());
        Assert.Equal("d1", (string?)(await AskAsync("APP.example", "/docs/d1"))["_id"]);
        Assert.Equal("d1", (string?)(await AskAsync("x.wild.example", "/sub/d1"))["_id"]);
        Assert.Equal("db", (string?)(await AskAsync("db.part.example", "/"))["db_name"]);
        Assert.Equal("Welcome", (string?)(await AskAsync("other.example", "/"))["couchdb"]);
        Assert.Single((await AskAsync("app.example", "/_uuids"))["uuids"]!.AsArray());

        async Task<JsonNode> AskAsync(string host, string path) =>
            JsonNode.Parse((await node.SendAsync("GET", path, null, "admin:pass", "X-Forwarded-Host: " + host)).Body)!;
    }

    /// <summary>Review, differences F18: recorded from CouchDB 3.5.0.</summary>
    [Theory]
    [InlineData("fun.example", "/x/y?b=1", "x", "y?b=1")]
    [InlineData("pre.example", "/app/x/y?b=1", "x", "y?b=1")]
    [InlineData("pre.example", "/app")]
    [InlineData("rules.example", "/pre/a/z?c=2", "a", "z?c=2")]
    [InlineData("rules.example", "/pre")]
    [InlineData("other.example", "/db/_design/fun/_rewrite/x?q=1", "db", "_design", "fun", "_rewrite", "x?q=1")]
    [InlineData("other.example", "/db/_design/rules/_rewrite/a/x?q=1", "db", "_design", "rules", "_show", "s", "x?q=1")]
    public async Task Functions_see_the_path_as_the_client_knows_it(string host, string path, params string[] seen)
    {
        await using var node = await StartAsync(
            ("vhosts", "fun.example", "/db/_design/fun/_rewrite"),
            ("vhosts", "pre.example/app", "/db/_design/fun/_rewrite"),
            ("vhosts", "rules.example/pre", "/db/_design/rules/_rewrite"));
        const string Function = """{"rewrites":"function(req) { return {code: 200, body: JSON.stringify(req.requested_path)}; }"}""";
        const string Rules = """
            {"rewrites":[{"from":"/a/*","to":"_show/s/*"},{"from":"","to":"_show/s"}],"shows":{"s":"function(doc, req) { return {json: req.requested_path}; }"}}
            """;
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/fun", Function)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/rules", Rules)).Status);

        var answer = await node.SendAsync("GET", path, null, "admin:pass", "X-Forwarded-Host: " + host);

        Assert.Equal(seen, JsonNode.Parse(answer.Body)!.AsArray().Select(static part => (string?)part));
    }

    /// <summary>Review, differences F18.</summary>
    [Fact]
    public async Task A_name_may_stand_for_a_path_that_is_written_without_its_slash()
    {
        await using var node = await StartAsync(("vhosts", "bare.example", "db"));
        var answer = await node.SendAsync("GET", "/d1", null, "admin:pass", "X-Forwarded-Host: bare.example");
        Assert.Equal("d1", (string?)JsonNode.Parse(answer.Body)!["_id"]);
    }

    [Fact]
    public async Task Functions_that_do_not_end_get_an_error_while_others_are_answered()
    {
        await using var node = await StartAsync(("couchdb", "os_process_timeout", "200"));
        var stuck = Enumerable.Range(0, 4).SelectMany(_ => new[]
        {
            node.SendAsync("GET", "/db/_design/app/_show/endless"), node.SendAsync("GET", "/db/_design/app/_list/endless/big"),
        }).ToArray();
        Assert.Equal(200, (await node.SendAsync("GET", "/db/d1")).Status);
        foreach (var answer in await Task.WhenAll(stuck))
        {
            Assert.Equal(500, answer.Status);
        }
    }

    private static async Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var node = await TestNode.StartAsync(settings);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/app", Design)).Status);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(201, (await node.SendAsync("PUT", $"/db/d{i}", $$"""{"text":"{{new string('x', 100_000)}}"}""")).Status);
        }

        return node;
    }
}
