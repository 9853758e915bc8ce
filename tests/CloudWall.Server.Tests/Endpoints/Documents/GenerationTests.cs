namespace CloudWall.Server.Tests.Endpoints.Documents;

/// <summary>Generations of revisions at the ends of what can be stored: an answer in CouchDB's form, whichever way they come.</summary>
public sealed class GenerationTests
{
    private const string Json = "Content-Type: application/json";

    public static TheoryData<string> TooLarge =>
        ["9223372036854775808", "18446744073709551616", "99999999999999999999", "1" + new string('0', 400)];

    [Theory]
    [MemberData(nameof(TooLarge))]
    public async Task Those_that_cannot_be_stored_are_refused(string generation)
    {
        const string Refused = """\{"error":"bad_request","reason":"Invalid rev format"\}""";
        var revision = generation + "-abc";
        var rev = $$"""{"_id":"b","_rev":"{{revision}}"}""";
        var bulk = $$"""{"docs":[{{rev}}],"new_edits":false}""";
        var revisions = $$$"""{"_revisions":{"start":{{{generation}}},"ids":["abc","def"]}}""";
        await using var node = await StartAsync();
        Scenario[] scenarios =
        [
            new("PUT", "/db/b", 400, Refused) { Send = rev },
            new("PUT", "/db/b?rev=" + revision, 400, Refused) { Send = "{}" },
            new("PUT", "/db/b", 400, Refused) { Send = "{}", Headers = ["If-Match: " + revision] },
            new("PUT", "/db/b?new_edits=false", 400, Refused) { Send = rev },
            new("PUT", "/db/b?new_edits=false", 400, """\{"error":"doc_validation".*""") { Send = revisions },
            new("PUT", "/db/_local/b", 400, Refused) { Send = rev },
            new("PUT", "/db/b/x?rev=" + revision, 400, Refused) { Send = "x" },
            new("POST", "/db", 400, Refused) { Send = rev, Headers = [Json] },
            new("POST", "/db/_bulk_docs", 400, Refused) { Send = bulk, Headers = [Json] },
            new("DELETE", "/db/a?rev=" + revision, 400, Refused),
            new("DELETE", "/db/a/x?rev=" + revision, 400, Refused),
            new("COPY", "/db/a", 400, Refused) { Headers = ["Destination: b?rev=" + revision] },
            new("GET", "/db/a?rev=" + revision, 400, Refused),
            new("GET", "/db/a/x?rev=" + revision, 400, Refused),
            new("GET", $"/db/a?open_revs=[\"{revision}\"]", 400, Refused),
            new("GET", $"/db/a?atts_since=[\"{revision}\"]", 400, Refused),
            new("POST", "/db/_purge", 400, Refused) { Send = $$"""{"a":["{{revision}}"]}""", Headers = [Json] },
            new("POST", "/db/_bulk_get", 200, """.*"reason":"Invalid rev format".*""")
                { Send = $$"""{"docs":[{"id":"a","rev":"{{revision}}"}]}""", Headers = [Json] },
            new("POST", "/db/_revs_diff", 200, $$"""\{"a":\{"missing":\["{{revision}}"\].*""")
                { Send = $$"""{"a":["{{revision}}"]}""", Headers = [Json] },
            new("GET", "/db/b", 404),
        ];
        await RunAsync(node, scenarios);
    }

    [Fact]
    public async Task The_largest_is_stored_and_has_no_child()
    {
        await using var node = await StartAsync();
        await RunAsync(
            node,
            [
                new("PUT", "/db/b?new_edits=false", 201) { Send = """{"_rev":"9223372036854775807-abc"}""" },
                new("GET", "/db/b?revs=true", 200, """.*"_revisions":\{"start":9223372036854775807,"ids":\["abc"\]\}\}"""),
                new("PUT", "/db/b?rev=9223372036854775807-abc", 400, """.*"Invalid rev format"\}""") { Send = "{}" },
                new("DELETE", "/db/b?rev=9223372036854775807-abc", 400, """.*"Invalid rev format"\}"""),
            ]);
    }

    /// <summary>The edit of a revision below 0 that a document brings itself failed with 500, and a bulk with it.</summary>
    [Theory]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    public async Task Those_below_0_are_refused_alone(string start)
    {
        const string Refused = "\"error\":\"doc_validation\",\"reason\":\"_revisions has more ids than generations\"\\}";
        await using var node = await StartAsync();
        var document = $$$"""{"_id":"b","_revisions":{"start":{{{start}}},"ids":["abc","def"]}}""";
        await RunAsync(
            node,
            [
                new("PUT", "/db/b", 400, "\\{" + Refused) { Send = document },
                new("PUT", "/db/b?new_edits=false", 400, "\\{" + Refused) { Send = document },
                new("POST", "/db/_bulk_docs", 201, $$"""\[\{"id":"b",{{Refused}},\{"ok":true,"id":"c".*""")
                    { Send = $$"""{"docs":[{{document}},{"_id":"c"}]}""", Headers = [Json] },
                new("PUT", "/db/a", 409) { Send = document.Replace("\"b\"", "\"a\"", StringComparison.Ordinal) },
            ]);
    }

    [Fact]
    public async Task A_plus_sign_is_read_as_Erlang_reads_it()
    {
        await using var node = await StartAsync();
        await RunAsync(
            node,
            [
                new("PUT", "/db/b?new_edits=false", 201, """.*"rev":"1-abc"\}""") { Send = """{"_rev":"+1-abc"}""" },
                new("GET", "/db/b?rev=%2B1-abc", 200, """.*"_rev":"1-abc"\}"""),
                new("GET", "/db/b?rev=%2B-abc", 400),
                new("GET", "/db/b?rev=%2B%2B1-abc", 400),
                new("GET", "/db/b?rev=-1-abc", 400),
            ]);
    }

    private static async Task<TestNode> StartAsync()
    {
        var node = await TestNode.StartAsync();
        await RunAsync(node, [new("PUT", "/db", 201), new("PUT", "/db/a", 201) { Send = "{}" }]);
        return node;
    }

    private static async Task RunAsync(TestNode node, Scenario[] scenarios)
    {
        foreach (var scenario in scenarios)
        {
            await scenario.RunAsync(node);
        }
    }
}
