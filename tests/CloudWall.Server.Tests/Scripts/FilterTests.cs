using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

public sealed class FilterTests
{
    private const string Design =
        """
        {"filters":{"even":"function(doc, req) { return doc.n % 2 == (req.query.odd ? 1 : 0); }",
        "seen":"function(doc, req) { if (req.headers.Authorization || req.headers.Cookie || req.cookie.a) throw 'a'; return req.userCtx.name == 'admin' && req.peer; }",
        "endless":"function() { for (;;) {} }"},
        "views":{"big":{"map":"function(doc) { if (doc.n > 150) emit(doc.n); }"}}}
        """;

    [Theory]
    [InlineData("filter=f/even", 100)]
    [InlineData("filter=f/even&odd=1", 100)]
    [InlineData("filter=_view&view=f/big", 49)]
    [InlineData("filter=f/seen", 201)]
    [InlineData("filter=f/even&limit=7", 7)]
    [InlineData("filter=f/even&descending=true", 100)]
    [InlineData("filter=f/even&style=all_docs&include_docs=true", 100)]
    public async Task Only_documents_that_the_function_wants_are_in_the_feed(string query, int count)
    {
        await using var node = await StartAsync();
        foreach (var (method, body) in new[] { ("GET", (string?)null), ("POST", "{}") })
        {
            var answer = await node.SendAsync(method, "/db/_changes?" + query, body, "admin:pass", "Content-Type: application/json", "Cookie: a=b");
            Assert.Equal(count, JsonNode.Parse(answer.Body)!["results"]!.AsArray().Count);
        }
    }

    /// <summary>Seen beside a CouchDB, which makes the request object for each document, and answers with 500 where we do with 400.</summary>
    [Theory]
    [InlineData("key=x", 400, "invalid UTF-8 JSON")]
    [InlineData("descending=", 400, "invalid UTF-8 JSON")]
    [InlineData("key=x&limit=0", 400, "invalid UTF-8 JSON")]
    [InlineData("key=x&feed=longpoll", 400, "invalid UTF-8 JSON")]
    [InlineData("key=x&feed=continuous&timeout=1", 400, "invalid UTF-8 JSON")]
    [InlineData("descending=&since=x", 400, "Malformed sequence supplied in 'since' parameter.")]
    [InlineData("key=x&feed=x", 400, "Supported `feed` types: normal, continuous, live, longpoll, eventsource")]
    [InlineData("key=x&since=now", 200, null)]
    [InlineData("key=x&since=now&feed=longpoll&timeout=1", 200, null)]
    [InlineData("key=x&since=now&feed=continuous&timeout=1", 200, null)]
    public async Task A_parameter_that_is_no_JSON_matters_once_a_function_is_to_see_it(string query, int status, string? reason)
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync("GET", "/db/_changes?filter=f/even&" + query);
        Assert.Equal(status, answer.Status);
        if (reason is not null)
        {
            Assert.Equal(reason, (string?)JsonNode.Parse(answer.Body)!["reason"]);
        }
    }

    /// <summary>Review, F4: a row says whether the document is deleted, not whether the leaf is that the function lets pass.</summary>
    [Theory]
    [InlineData("filter=f/gone")]
    [InlineData("filter=f/gone&descending=true")]
    [InlineData("filter=f/gone&include_docs=true")]
    [InlineData("filter=_view&view=f/gone")]
    public async Task A_document_of_which_a_deletion_passes_is_not_deleted(string query)
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        await node.SendAsync(
            "PUT",
            "/db/_design/f",
            """
            {"filters":{"gone":"function(doc) { return doc._deleted; }"},
            "views":{"gone":{"map":"function(doc) { if (doc._deleted) emit(1); }"}}}
            """);
        await node.SendAsync(
            "POST",
            "/db/_bulk_docs",
            """
            {"new_edits":false,"docs":[{"_id":"dead","_rev":"1-a","_deleted":true},
            {"_id":"live","_rev":"1-a","_deleted":true},{"_id":"live","_rev":"1-b"}]}
            """,
            "admin:pass",
            "Content-Type: application/json");
        var answer = await node.SendAsync("GET", "/db/_changes?style=all_docs&" + query);
        var rows = JsonNode.Parse(answer.Body)!["results"]!.AsArray().ToDictionary(static row => (string)row!["id"]!);
        Assert.Equal(2, rows.Count);
        Assert.True((bool?)rows["dead"]!["deleted"]);
        Assert.Null(rows["live"]!["deleted"]);
        Assert.Equal("1-a", (string?)Assert.Single(rows["live"]!["changes"]!.AsArray())!["rev"]);
    }

    [Fact]
    public async Task A_function_that_does_not_end_fails_the_feed_alone()
    {
        await using var node = await StartAsync(("couchdb", "os_process_timeout", "100"));
        var feed = node.SendAsync("GET", "/db/_changes?filter=f/endless");
        Assert.Equal(200, (await node.SendAsync("GET", "/db")).Status);
        Assert.Equal("os_process_error", (string?)JsonNode.Parse((await feed).Body)!["error"]);
    }

    private static async Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var node = await TestNode.StartAsync(settings);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/f", Design)).Status);
        var documents = string.Join(',', Enumerable.Range(0, 200).Select(static n => $$"""{"_id":"d{{n}}","n":{{n}}}"""));
        var written = await node.SendAsync("POST", "/db/_bulk_docs", $$"""{"docs":[{{documents}}]}""", "admin:pass", "Content-Type: application/json");
        Assert.Equal(201, written.Status);
        return node;
    }
}
