using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Limits;

namespace CloudWall.Server.Tests.Endpoints.Couchapps;

/// <summary>Seen beside a CouchDB: a list function gets the rows of the view, or of <c>_all_docs</c>, with the same options.</summary>
public sealed class ListTests
{
    private const string Design =
        """
        {"views":{"k":{"map":"function (doc) { emit(doc.k, {_id: doc.link, _rev: doc.rev}); }"},
        "c":{"map":"function (doc) { emit(doc.k, 1); }","reduce":"_count"}},
        "lists":{"all":"function (head, req) { var row; head.rows = []; while (row = getRow()) head.rows.push(row); return toJSON(head); }"}}
        """;

    // The documents: a has a conflict, b an attachment, c links to a, d to a revision that is not there, e to nothing; gone is deleted.
    private static readonly string[] Documents =
    [
        """{"_id":"a","_rev":"1-aaaa","k":1}""", """{"_id":"a","_rev":"1-bbbb","k":1}""",
        """{"_id":"b","_rev":"1-b","k":2,"_attachments":{"x":{"content_type":"text/plain","data":"aGVsbG8="}}}""",
        """{"_id":"c","_rev":"1-c","k":3,"link":"a"}""", """{"_id":"d","_rev":"1-d","k":4,"rev":"1-ffff"}""",
        """{"_id":"e","_rev":"1-e","k":5,"link":7}""", """{"_id":"gone","_rev":"1-9","_deleted":true}""",
    ];

    [Theory]
    [InlineData("k", "include_docs=true")]
    [InlineData("k", "include_docs=true&conflicts=true")]
    [InlineData("k", "include_docs=true&attachments=true&key=2")]
    [InlineData("k", "include_docs=true&att_encoding_info=true&key=2")]
    [InlineData("k", "include_docs=true&descending=true&limit=2&skip=1")]
    [InlineData("k", "keys=[3]")]
    [InlineData("k", "keys=[3,1]&include_docs=true")]
    [InlineData("c", "keys=[1]&group=true")]
    [InlineData("_all_docs", "limit=3&skip=1&descending=true")]
    [InlineData("_all_docs", "startkey=\"b\"&endkey=\"d\"&inclusive_end=false")]
    [InlineData("_all_docs", "key=\"a\"&include_docs=true&conflicts=true")]
    [InlineData("_all_docs", "key=\"b\"&include_docs=true&attachments=true&att_encoding_info=true")]
    [InlineData("_all_docs", "keys=[\"b\",\"a\"]&include_docs=true&conflicts=true&attachments=true")]
    [InlineData("_all_docs", "keys=[\"a\",\"gone\",\"nothing\",5,[\"a\"],\"_local/l\"]")]
    [InlineData("_all_docs", "keys=[\"a\",\"gone\",\"nothing\",5,[\"a\"],\"_local/l\"]&include_docs=true")]
    [InlineData("_all_docs", "keys=[\"a\",\"gone\",\"nothing\",\"b\"]&descending=true&skip=1&limit=2&update_seq=true")]
    [InlineData("_all_docs", "keys=[]")]
    public async Task The_rows_are_those_of_the_listing(string view, string query)
    {
        await using var node = await StartAsync();
        var listing = await node.SendAsync("GET", $"/db/{(view == "_all_docs" ? view : "_design/app/_view/" + view)}?{query}");
        var list = await node.SendAsync("GET", $"/db/_design/app/_list/all/{view}?{query}");
        Assert.Equal((200, 200), (listing.Status, list.Status));
        var (expected, actual) = (JsonNode.Parse(listing.Body)!, JsonNode.Parse(list.Body)!);
        foreach (var row in expected["rows"]!.AsArray().OfType<JsonObject>().Where(static row => row.ContainsKey("error")))
        {
            // A list function knows an error by the row's id.
            row["id"] = "error";
            row["value"] = row["error"]!.DeepClone();
            row.Remove("error");
        }

        Assert.NotEqual(query == "keys=[]", expected["rows"]!.AsArray().Count > 0);
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{expected.ToJsonString()}\n{actual.ToJsonString()}");
    }

    /// <summary>CouchDB's views and list functions are told in different forms that a reduction did not shrink.</summary>
    [Fact]
    public async Task A_reduction_that_did_not_shrink_is_an_error_without_its_reason()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/app", """
            {"views":{"grows":{"map":"function (doc) { emit(doc._id, doc.text); }",
            "reduce":"function (keys, values) { return values.join(); }"}},
            "lists":{"all":"function (head, req) { var row, rows = []; while (row = getRow()) rows.push(row); return toJSON(rows); }"}}
            """)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/long", $$"""{"text":"{{new string('x', 10_000)}}"}""")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/short", """{"text":"y"}""")).Status);

        Assert.Equal("""[{"id":"error","key":null,"value":"reduce_overflow_error"}]""", await ListAsync(""));
        Assert.Equal(
            """[{"id":"error","key":null,"value":"reduce_overflow_error"},{"key":"short","value":"y"}]""", await ListAsync("?group=true"));
        var view = Encoding.UTF8.GetString((await node.SendAsync("GET", "/db/_design/app/_view/grows")).Body);
        Assert.StartsWith("""{"rows":[""" + "\r\n" + """{"key":null,"error":"reduce_overflow_error","reason":"Reduce output""", view, StringComparison.Ordinal);

        async Task<string> ListAsync(string query)
        {
            var answer = await node.SendAsync("GET", "/db/_design/app/_list/all/grows" + query);
            Assert.Equal(200, answer.Status);
            return Encoding.UTF8.GetString(answer.Body);
        }
    }

    [Theory]
    [InlineData("_all_docs", """{"keys":["b"],"include_docs":true}""")]
    [InlineData("_all_docs", """{"keys":["b","nothing"]}""")]
    [InlineData("_all_docs?limit=1", """{"startkey":"b"}""")]
    [InlineData("k", """{"keys":[3],"include_docs":true}""")]
    public async Task A_body_says_the_same_as_the_query_string(string view, string body)
    {
        await using var node = await StartAsync();
        var options = JsonNode.Parse(body)!.AsObject();
        var query = string.Join('&', options.Select(static option => $"{option.Key}={option.Value!.ToJsonString()}"));
        var path = "/db/_design/app/_list/all/" + view;
        var expected = await node.SendAsync("GET", path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query);
        var actual = await node.SendAsync("POST", path, body, headers: "Content-Type: application/json");
        Assert.Equal(200, expected.Status);
        Assert.Equal(Encoding.UTF8.GetString(expected.Body), Encoding.UTF8.GetString(actual.Body));
    }

    [Theory]
    [InlineData("GET", "c?keys=[1]", 400, "Multi-key fetches for reduce views must use `group=true`")]
    [InlineData("GET", "c?keys=[1]&conflicts=true", 400, "Multi-key fetches for reduce views must use `group=true`")]
    [InlineData("POST", "c", 400, "Multi-key fetches for reduce views must use `group=true`", """{"keys":[1]}""")]
    [InlineData("POST", "k?keys=[2]", 400, "`keys` is incompatible with `key`, `start_key` and `end_key`", """{"keys":[1]}""")]
    [InlineData("POST", "k", 400, "`keys` must be an array of strings.", """{"keys":5}""")]
    [InlineData("GET", "_all_docs?keys=[\"a\",\"b\"]&startkey=\"a\"", 400, "`keys` is incompatible with `key`, `start_key` and `end_key`")]
    [InlineData("GET", "_all_docs?keys=5", 400, "`keys` must be an array of strings.")]
    [InlineData("GET", "_all_docs?reduce=true", 400, "Reduce is invalid for map-only views.")]
    [InlineData("GET", "_all_docs?group=true", 400, "Invalid use of grouping on a map view.")]
    [InlineData("GET", "_all_docs?partition=a", 400, "`partition` parameter is not supported on this db")]
    [InlineData("GET", "nothing/_all_docs", 404, "missing")]
    public async Task Options_that_cannot_be_are_refused(string method, string target, int status, string reason, string? body = null)
    {
        await using var node = await StartAsync();
        var answer = await node.SendAsync(
            method, "/db/_design/app/_list/all/" + target, body, headers: body is null ? [] : ["Content-Type: application/json"]);
        Assert.Equal((status, reason), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["reason"]));
    }

    [Fact]
    public async Task A_row_with_attachments_takes_its_share_of_the_memory_for_requests()
    {
        const string List = "/db/_design/app/_list/all/_all_docs?key=\"large\"&include_docs=true";
        await using var node = await StartAsync(("cloudwall", "request_memory", "1000000"), ("cloudwall", "max_waiting", "0"));
        var bytes = new byte[200_000];
        Assert.Equal(201, (await node.SendBytesAsync("PUT", "/db/large/x", bytes, "admin:pass", ["Content-Type: image/png"])).Status);
        using (await SlowRequest.BeginJsonAsync(node.Server, "POST", "/db/_bulk_docs", 900_000))
        {
            await SlowRequest.UntilAsync(() => node.Node.Memory.Taken > 0);
            Assert.Equal(200, (await node.SendAsync("GET", List)).Status);
            Assert.Equal(429, (await node.SendAsync("GET", List + "&attachments=true")).Status);
        }

        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        var row = JsonNode.Parse((await node.SendAsync("GET", List + "&attachments=true")).Body)!["rows"]![0]!;
        Assert.Equal(bytes, Convert.FromBase64String((string)row["doc"]!["_attachments"]!["x"]!["data"]!));
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    private static async Task<TestNode> StartAsync(params (string Section, string Key, string Value)[] settings)
    {
        var node = await TestNode.StartAsync(settings);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/app", Design)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_local/l", "{\"n\":1}")).Status);
        var bulk = $$"""{"new_edits":false,"docs":[{{string.Join(',', Documents)}}]}""";
        Assert.Equal(201, (await node.SendAsync("POST", "/db/_bulk_docs", bulk, headers: "Content-Type: application/json")).Status);
        return node;
    }
}
