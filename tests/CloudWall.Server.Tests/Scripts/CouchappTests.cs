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
            "GET", "/db/_design/app/_show/req", null, "admin:pass", "Cookie: AuthSession=secret", "X-Auth-CouchDB-Token: secret", "X-Own: here");
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
