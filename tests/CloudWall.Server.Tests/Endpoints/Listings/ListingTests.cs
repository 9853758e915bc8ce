namespace CloudWall.Server.Tests.Endpoints.Listings;

public class ListingTests
{
    private const string Empty = "1-967a00dff5e02add41819138abb3284d";

    private static readonly string[] Ids = ["A", "_design/x", "a", "b", "c"];

    [Fact]
    public async Task A_listing_is_framed_to_the_letter()
    {
        await using var node = await FilledAsync();

        Assert.Equal(
            "{\"total_rows\":5,\"offset\":1,\"rows\":[\r\n"
            + "{\"id\":\"_design/x\",\"key\":\"_design/x\",\"value\":{\"rev\":\"" + Empty + "\"}},\r\n"
            + "{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"" + Empty + "\"}}\r\n]}\n",
            (await node.GetAsync("/db/_all_docs?skip=1&limit=2")).Body);
        Assert.Equal("{\"total_rows\":5,\"offset\":0,\"rows\":[\r\n\r\n]}\n", (await node.GetAsync("/db/_all_docs?limit=0")).Body);
        Assert.Equal(
            "{\"results\":[\r\n{\"total_rows\":5,\"offset\":0,\"rows\":[\r\n\r\n]},\r\n{\"total_rows\":5,\"offset\":5,\"rows\":[\r\n\r\n]}\r\n]}\n",
            (await node.PostAsync("/db/_all_docs/queries", """{"queries":[{"limit":0},{"skip":9}]}""")).Body);
        Assert.Equal("{\"results\":[\r\n]}\n", (await node.PostAsync("/db/_all_docs/queries", """{"queries":[]}""")).Body);
    }

    // What a CouchDB 3.5.0 answered for the same five documents.
    [Theory]
    [InlineData("_all_docs?endkey=5", 0)]
    [InlineData("_all_docs?startkey=5&descending=true", 5)]
    [InlineData("_all_docs?endkey=5&descending=true", 0, "c", "b", "a", "_design/x", "A")]
    [InlineData("_all_docs?startkey={}", 0, "A", "_design/x", "a", "b", "c")]
    [InlineData("_all_docs?startkey={}&endkey=[]", 0)]
    [InlineData("_all_docs?startkey=\"ba\"&endkey=\"bb\"", 4)]
    [InlineData("_all_docs?startkey=\"b\"&startkey_docid=c", 3, "b", "c")]
    [InlineData("_all_docs?startkey_docid=b", 3, "b", "c")]
    [InlineData("_all_docs?endkey_docid=a", 0, "A", "_design/x", "a")]
    [InlineData("_all_docs?endkey_docid=a&inclusive_end=false", 0, "A", "_design/x")]
    [InlineData("_all_docs?key=\"a\"&inclusive_end=false", 2)]
    [InlineData("_all_docs?key=\"\"", 0)]
    [InlineData("_all_docs?startkey=\"c\"&endkey=\"a\"", 4)]
    [InlineData("_all_docs?startkey=\"c\"&endkey=\"a\"&descending=true", 0, "c", "b", "a")]
    [InlineData("_all_docs?startkey=\"c\"&endkey=\"a\"&descending=true&inclusive_end=false", 0, "c", "b")]
    [InlineData("_all_docs?startkey=\"b\"&descending=true", 1, "b", "a", "_design/x", "A")]
    [InlineData("_all_docs?limit=0&skip=2", 2)]
    [InlineData("_all_docs?startkey=\"a\"&limit=0", 2)]
    [InlineData("_all_docs?limit=%2B1", 0, "A")]
    [InlineData("_all_docs?descending=TRUE&limit=1", 0, "c")]
    [InlineData("_all_docs?group_level=0&limit=1", 0, "A")]
    [InlineData("_all_docs?stale=ok&update=lazy&stable=true&sorted=false&unknown=x&limit=1", 0, "A")]
    [InlineData("_all_docs?keys=[\"c\",\"a\"]", null, "c", "a")]
    [InlineData("_all_docs?keys=[\"c\",\"a\"]&descending=true", null, "a", "c")]
    [InlineData("_all_docs?keys=[\"c\",\"b\",\"a\"]&skip=1&limit=1", null, "b")]
    [InlineData("_all_docs?keys=[\"a\"]&startkey=\"a\"&endkey=\"a\"", null, "a")]
    [InlineData("_design_docs", 1, "_design/x")]
    [InlineData("_design_docs?descending=true", 1, "_design/x")]
    [InlineData("_design_docs?startkey=\"b\"", 1)]
    [InlineData("_design_docs?startkey=\"A\"", 1, "_design/x")]
    [InlineData("_design_docs?startkey=\"A\"&descending=true", 1)]
    [InlineData("_design_docs?endkey=\"A\"", 1)]
    [InlineData("_design_docs?keys=[\"a\",\"_design/x\"]", null, "_design/x")]
    [InlineData("_local_docs?limit=0", null)]
    [InlineData("_local_docs?startkey=5", null, "_local/y", "_local/z")]
    [InlineData("_local_docs?key=\"a\"", null)]
    [InlineData("_local_docs?endkey=\"_local/a\"", null)]
    [InlineData("_local_docs?endkey=\"_local/y\"", null, "_local/y")]
    [InlineData("_local_docs?startkey=\"zz\"", null)]
    [InlineData("_local_docs?descending=true&limit=1", null, "_local/z")]
    [InlineData("_local_docs?skip=1", null, "_local/z")]
    [InlineData("_local_docs?keys=[\"_local/z\",\"a\"]", null, "_local/z")]
    public async Task The_rows_and_the_offset_are_those_of_a_CouchDB(string request, int? offset, params string[] ids)
    {
        await using var node = await FilledAsync();

        var (status, body) = await node.GetAsync("/db/" + request);

        Assert.Equal(200, status);
        using var json = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal(ids, json.RootElement.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("id").GetString()!));
        var shown = json.RootElement.GetProperty("offset");
        Assert.Equal(offset, shown.ValueKind == System.Text.Json.JsonValueKind.Null ? null : shown.GetInt32());
    }

    [Theory]
    [InlineData("keys=[\"a\"]&key=\"b\"", "query_parse_error", "`keys` is incompatible with `key`, `start_key` and `end_key`")]
    [InlineData("keys=[\"a\",\"b\"]&startkey=\"a\"", "query_parse_error", "`keys` is incompatible with `key`, `start_key` and `end_key`")]
    [InlineData("limit=1.5", "query_parse_error", "Invalid value for integer: \\\"1.5\\\"")]
    [InlineData("group=false&group_level=2", "query_parse_error", "Can't specify group=false and group_level>0 at the same time")]
    [InlineData("group_level=2", "query_parse_error", "Invalid use of grouping on a map view.")]
    [InlineData("stale=x", "query_parse_error", "Invalid value for `stale`.")]
    [InlineData("stable=x", "query_parse_error", "Invalid value for `stable`.")]
    [InlineData("update=x", "query_parse_error", "Invalid value for `update`.")]
    [InlineData("partition=x", "query_parse_error", "`partition` parameter is not supported on this db")]
    [InlineData("partition=", "illegal_partition", "Partition must not be empty")]
    [InlineData("keys=null", "bad_request", "`keys` parameter must be an array.")]
    [InlineData("startkey=\"", "bad_request", "invalid UTF-8 JSON")]
    [InlineData("limit=999999999999999999999999", "query_parse_error", "Limit is too large, must not exceed 576460752303423487")]
    [InlineData("attachments=x", "query_parse_error", "Invalid boolean parameter: \\\"x\\\"")]
    public async Task What_a_CouchDB_refuses_is_refused_in_its_words(string query, string error, string reason)
    {
        await using var node = await FilledAsync();

        Assert.Equal((400, $$"""{"error":"{{error}}","reason":"{{reason}}"}""" + "\n"), await node.GetAsync("/db/_all_docs?" + query));
    }

    [Theory]
    [InlineData("{\"limit\":2.5}", "Invalid value for integer: 2.5")]
    [InlineData("{\"limit\":-2}", "Invalid value for positive integer: -2")]
    [InlineData("{\"skip\":null}", "Invalid value for integer: null")]
    [InlineData("{\"limit\":\"2\"}", "Invalid value for integer: <<\\\"2\\\">>")]
    [InlineData("{\"include_docs\":\"x\"}", "Invalid boolean parameter: \\\"x\\\"")]
    [InlineData("{\"include_docs\":1}", "Invalid boolean parameter: 1")]
    public async Task Options_in_a_body_are_JSON_of_the_right_type(string body, string reason)
    {
        await using var node = await FilledAsync();

        Assert.Equal((400, $$"""{"error":"query_parse_error","reason":"{{reason}}"}""" + "\n"), await node.PostAsync("/db/_all_docs", body));
    }

    [Fact]
    public async Task Keys_find_deleted_and_local_documents_and_say_what_is_missing()
    {
        await using var node = await FilledAsync();
        var database = node.Node.Databases.Find("db")!;
        var deleted = await NodeUnderTest.PutAsync(database, ("c", $$"""{"_rev":"{{Empty}}","_deleted":true}"""));

        var (_, body) = await node.PostAsync("/db/_all_docs?include_docs=true", """{"keys":["c","_local/z",7,["a"],"","none"]}""");

        Assert.Equal(
            string.Join("\r\n",
                """{"total_rows":4,"offset":null,"rows":[""",
                $$$"""{"id":"c","key":"c","value":{"rev":"{{{deleted[0]}}}","deleted":true},"doc":null},""",
                """{"id":"_local/z","key":"_local/z","value":{"rev":"0-1"},"doc":{"_id":"_local/z","_rev":"0-1","q":1}},""",
                """{"key":7,"error":"not_found"},""",
                $$$"""{"id":["a"],"key":["a"],"value":{"rev":"{{{Empty}}}"},"doc":{"_id":"a","_rev":"{{{Empty}}}"}},""",
                """{"key":"","error":"not_found"},""",
                """{"key":"none","error":"not_found"}""",
                "]}\n"),
            body);
    }

    [Fact]
    public async Task Ids_with_quotes_and_control_characters_are_escaped()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await NodeUnderTest.PutAsync(await node.CreateAsync("db"), ("a\"\\\u0001\u001f\nü", "{}"));

        var (_, body) = await node.GetAsync("/db/_all_docs");

        Assert.Contains("\"key\":\"a\\\"\\\\\\u0001\\u001F\\nü\",", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_thousand_documents_are_listed_in_order_with_their_bodies()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, Enumerable.Range(0, 10_000).Select(static i => ($"d{i:00000}", $$"""{"n":{{i}}}""")));

        using var json = System.Text.Json.JsonDocument.Parse((await node.GetAsync("/db/_all_docs?include_docs=true")).Body);
        using var backwards = System.Text.Json.JsonDocument.Parse((await node.GetAsync("/db/_all_docs?include_docs=true&descending=true&skip=1")).Body);

        Assert.Equal(10_000, json.RootElement.GetProperty("total_rows").GetInt32());
        Assert.Equal(Enumerable.Range(0, 10_000), json.RootElement.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("doc").GetProperty("n").GetInt32()));
        Assert.Equal(1, backwards.RootElement.GetProperty("offset").GetInt32());
        Assert.Equal(
            Enumerable.Range(0, 9_999).Reverse(),
            backwards.RootElement.GetProperty("rows").EnumerateArray().Select(static row => row.GetProperty("doc").GetProperty("n").GetInt32()));
    }

    [Fact]
    public async Task Conflicts_are_shown_where_they_are_asked_for()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.MergeAsync(database, "a", """{"_rev":"1-x"}""");
        await NodeUnderTest.MergeAsync(database, "a", """{"_rev":"1-y","n":1}""");

        Assert.Contains("""{"_id":"a","_rev":"1-y","n":1,"_conflicts":["1-x"]}""", (await node.GetAsync("/db/_all_docs?include_docs=true&conflicts=true")).Body, StringComparison.Ordinal);
        Assert.Contains("""{"_id":"a","_rev":"1-y","n":1}}""", (await node.GetAsync("/db/_all_docs?include_docs=true")).Body, StringComparison.Ordinal);
    }

    private static async Task<NodeUnderTest> FilledAsync()
    {
        var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, Ids.Select(static id => (id, "{}")));
        await database.WriteLocalAsync("_local/z", 0, "{\"q\":1}"u8.ToArray(), CancellationToken.None);
        await database.WriteLocalAsync("_local/y", 0, "{}"u8.ToArray(), CancellationToken.None);
        return node;
    }
}
