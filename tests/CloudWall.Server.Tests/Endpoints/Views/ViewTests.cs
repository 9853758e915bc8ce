using System.Net;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Endpoints.Views;

public class ViewTests
{
    private const string Design = """{"views":{"n":{"map":"function (doc) { emit(doc.n, 1); }","reduce":"_count"}}}""";

    private const string Same = """{"x":1,"views":{"other":{"map":"function (doc) { emit(doc.n, 1); }","reduce":"_count"}}}""";

    [Fact]
    public async Task Design_documents_with_the_same_views_share_an_index()
    {
        await using var node = await FillAsync();
        await node.Client.PutAsync("/db/_design/e", new StringContent(Same), TestContext.Current.CancellationToken);

        Assert.Contains("\"value\":3", (await node.GetAsync("/db/_design/d/_view/n")).Body, StringComparison.Ordinal);
        Assert.Contains("\"value\":3", (await node.GetAsync("/db/_design/e/_view/other?update=false")).Body, StringComparison.Ordinal);
        Assert.Single(node.Node.Indexes.Signatures(node.Node.Databases.Find("db")!.Incarnation));
    }

    [Fact]
    public async Task Indexes_that_no_design_document_asks_for_go_at_cleanup_and_all_go_with_their_database()
    {
        await using var node = await FillAsync();
        var incarnation = node.Node.Databases.Find("db")!.Incarnation;
        await NodeUnderTest.PutAsync(node.Node.Databases.Find("db")!, ("_design/other", """{"views":{"a":{"map":"function (doc) { emit(1); }"}}}"""));
        await node.GetAsync("/db/_design/d/_view/n");
        await node.GetAsync("/db/_design/other/_view/a");
        Assert.Equal(2, node.Node.Indexes.Signatures(incarnation).Count);

        var revision = node.Node.Databases.Find("db")!.Find("_design/d")!.Winner.Revision;
        await node.Client.DeleteAsync($"/db/_design/d?rev={revision}", TestContext.Current.CancellationToken);
        Assert.Equal((202, "{\"ok\":true}\n"), await node.PostAsync("/db/_view_cleanup", "{}"));
        Assert.Single(node.Node.Indexes.Signatures(incarnation));
        Assert.Contains("\"total_rows\":3", (await node.GetAsync("/db/_design/other/_view/a")).Body, StringComparison.Ordinal);

        await node.Client.DeleteAsync("/db", TestContext.Current.CancellationToken);
        Assert.Empty(node.Node.Indexes.Signatures(incarnation));
    }

    [Fact]
    public async Task A_lazy_query_answers_what_there_is_and_has_the_index_updated()
    {
        await using var node = await FillAsync();

        Assert.Contains("\"rows\":[\r\n\r\n]", (await node.GetAsync("/db/_design/d/_view/n?update=lazy")).Body, StringComparison.Ordinal);
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        while (!(await node.GetAsync("/db/_design/d/_view/n?update=false")).Body.Contains("\"value\":3", StringComparison.Ordinal))
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Review, low: sequences are numbers, and live rows are less than the file.</summary>
    [Fact]
    public async Task Information_tells_how_far_an_index_is()
    {
        await using var node = await FillAsync();

        Assert.Matches("\"updates_pending\":{\"minimum\":4,", (await node.GetAsync("/db/_design/d/_info")).Body);
        await node.GetAsync("/db/_design/d/_view/n");
        var body = (await node.GetAsync("/db/_design/d/_info")).Body;
        Assert.Matches("\"minimum\":0,.*\"updater_running\":false,\"update_seq\":4,.*\"external\":[1-9].*\"purge_seq\":0,", body);
        var sizes = JsonNode.Parse(body)!["view_index"]!["sizes"]!;
        Assert.InRange((long)sizes["active"]!, 1, (long)sizes["file"]! - 1);
        Assert.Equal((202, "{\"ok\":true}\n"), await node.PostAsync("/db/_compact/d", "{}"));
    }

    [Fact]
    public async Task Builds_are_among_the_active_tasks()
    {
        await using var node = await FillAsync();
        await NodeUnderTest.PutAsync(
            node.Node.Databases.Find("db")!,
            ("e", "{}"),
            ("f", "{}"),
            ("_design/slow", """{"views":{"s":{"map":"function (doc) { for (;;) {} }"}}}"""));

        var query = node.GetAsync("/db/_design/slow/_view/s");
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        string tasks;
        while (!(tasks = (await node.GetAsync("/_active_tasks")).Body).Contains("indexer", StringComparison.Ordinal))
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        Assert.Matches("\"database\":\"db\",\"design_document\":\"_design/slow\",.*\"total_changes\":7,\"type\":\"indexer\"", tasks);
        Assert.Equal((500, """{"error":"os_process_error","reason":"OS process timed out."}""" + "\n"), await query);
    }

    [Fact]
    public async Task A_function_that_ends_builds_does_not_keep_others_from_their_views()
    {
        await using var node = await FillAsync();
        await NodeUnderTest.PutAsync(
            node.Node.Databases.Find("db")!,
            ("_design/bad", """{"views":{"s":{"map":"function (doc) { throw ['fatal', 'why', 'so']; }"}}}"""));

        Assert.Equal((500, """{"error":"why","reason":"so"}""" + "\n"), await node.GetAsync("/db/_design/bad/_view/s"));
        Assert.Contains("\"value\":3", (await node.GetAsync("/db/_design/d/_view/n")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_design_document_whose_functions_do_not_compile_is_refused_in_bulk_too()
    {
        await using var node = await FillAsync();

        var answer = await node.PostAsync("/db/_bulk_docs", """{"docs":[{"_id":"_design/x","views":{"v":{"map":"7"}}},{"_id":"y"}]}""");
        Assert.Equal(201, answer.Status);
        Assert.Matches("""\[\{"id":"_design/x","error":"compilation_error","reason":"Compilation of the map function in the 'v' view failed: .*"\},\{"ok":true.*""", answer.Body);
    }

    [Fact]
    public async Task Head_has_no_body()
    {
        await using var node = await FillAsync();

        using var request = new HttpRequestMessage(HttpMethod.Head, "/db/_design/d/_view/n");
        using var answer = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Review, F18: the order of checks, as a CouchDB 3.5.0 has it.</summary>
    [Theory]
    [InlineData("POST", "/db/_design/d/_view/none/queries?limit=x", "{\"queries\":[]}", 400, "Invalid value for integer: \\\"x\\\"")]
    [InlineData("POST", "/db/_design/d/_view/n/queries?limit=x", "{\"queries\":[1]}", 400, "Invalid value for integer: \\\"x\\\"")]
    [InlineData("POST", "/db/_design/d/_view/n/queries?limit=x", "{\"queries\":1}", 400, "`queries` member must be an array.")]
    [InlineData("POST", "/db/_design/none/_view/n/queries?limit=x", "{\"queries\":[]}", 404, "missing")]
    [InlineData("POST", "/db/_all_docs/queries?limit=x", "{\"queries\":[]}", 400, "Invalid value for integer: \\\"x\\\"")]
    [InlineData("POST", "/db/_local_docs/queries?limit=x", "{\"queries\":[1]}", 400, "Invalid value for integer: \\\"x\\\"")]
    [InlineData("GET", "/db/_design/d/_list/none/n?keys=x", null, 400, "invalid UTF-8 JSON")]
    [InlineData("GET", "/db/_design/d/_list/none/n?key=x", null, 404, "missing json key: lists")]
    [InlineData("GET", "/db/_design/none/_list/none/n?keys=x", null, 404, "missing")]
    [InlineData("GET", "/db/_design/d/_view/none?limit=x", null, 400, "Invalid value for integer: \\\"x\\\"")]
    [InlineData("GET", "/db/_changes?filter=d/f", null, 404, "missing json key: filters")]
    public async Task Checks_are_made_in_the_order_of_couchdb(string method, string path, string? body, int status, string reason)
    {
        await using var node = await FillAsync();
        var answer = method == "GET" ? await node.GetAsync(path) : await node.PostAsync(path, body!);
        Assert.Equal(status, answer.Item1);
        Assert.Contains($"\"reason\":\"{reason}\"", answer.Item2, StringComparison.Ordinal);
    }

    /// <summary>Review, F15: HEAD was answered before the query was looked at.</summary>
    [Theory]
    [InlineData("/db/_design/d/_view/n?startkey=3&endkey=1", 400)]
    [InlineData("/db/_design/d/_view/n?startkey=3&endkey=1&reduce=false", 400)]
    [InlineData("/db/_design/d/_view/n?startkey=1&endkey=3&descending=true&group=true", 400)]
    [InlineData("/db/_design/d/_view/n?startkey=3&endkey=1&reduce=false&keys=[]", 400)]
    [InlineData("/db/_design/d/_view/n?startkey=3&endkey=1&reduce=false&keys=[1]", 200)]
    [InlineData("/db/_design/d/_view/n?startkey=1&endkey=3&reduce=false&keys=[]", 200)]
    [InlineData("/db/_design/d/_view/n?startkey=1&endkey=3", 200)]
    [InlineData("/db/_design/l/_list/ends/d/n?startkey=3&endkey=1", 400)]
    [InlineData("/db/_design/l/_list/ends/d/n", 200)]
    [InlineData("/db/_design/l/_list/throws/d/n", 500)]
    [InlineData("/db/_all_docs?startkey=\"b\"&endkey=\"a\"", 200)]
    [InlineData("/db/_all_docs?include_docs=true&attachments=true", 200)]
    [InlineData("/db/_changes?feed=longpoll&since=now", 200)]
    [InlineData("/db/_changes?feed=continuous&since=now", 200)]
    [InlineData("/_db_updates?feed=continuous&since=now", 200)]
    [InlineData("/_all_dbs", 200)]
    [InlineData("/db/a?open_revs=all", 200)]
    public async Task Head_has_the_status_of_get(string path, int status)
    {
        await using var node = await FillAsync();
        await NodeUnderTest.PutAsync(node.Node.Databases.Find("db")!, ("_design/l", """
            {"lists":{"ends":"function (head, req) { return 'x'; }","throws":"function (head, req) { start({}); throw 'x'; }"}}
            """));
        foreach (var method in new[] { HttpMethod.Head, HttpMethod.Get })
        {
            using var request = new HttpRequestMessage(method, path);
            using var answer = await node.Client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    private static async Task<NodeUnderTest> FillAsync()
    {
        var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, ("a", """{"n":1}"""), ("b", """{"n":2}"""), ("c", """{"n":2}"""), ("_design/d", Design));
        return node;
    }
}
