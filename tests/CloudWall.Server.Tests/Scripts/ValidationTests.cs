using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

public sealed class ValidationTests
{
    private const string Rule =
        """{"validate_doc_update":"function(n, o, u) { if (n.bad) throw {forbidden: 'no: ' + u.name + ' ' + JSON.stringify(o)}; }"}""";

    [Fact]
    public async Task A_refused_document_is_not_written_on_any_path()
    {
        await using var node = await StartAsync(Rule);
        Assert.Equal(403, (await node.SendAsync("PUT", "/db/a", """{"bad":1}""")).Status);
        Assert.Equal(403, (await node.SendAsync("POST", "/db", """{"_id":"a","bad":1}""", "admin:pass", "Content-Type: application/json")).Status);
        Assert.Equal(403, (await node.SendAsync("PUT", "/db/a?new_edits=false", """{"_rev":"1-a","bad":1}""")).Status);
        var bulk = await PostAsync(node, """{"docs":[{"_id":"a","bad":1},{"_id":"b"}]}""");
        Assert.Equal("forbidden", (string?)bulk[0]!["error"]);
        Assert.True((bool?)bulk[1]!["ok"]);
        var replicated = await PostAsync(node, """{"new_edits":false,"docs":[{"_id":"a","_rev":"1-abc","bad":1},{"_id":"c","_rev":"1-abc"}]}""");
        Assert.Equal("1-abc", (string?)Assert.Single(replicated)!["rev"]);
        Assert.Equal(404, (await node.SendAsync("GET", "/db/a")).Status);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/c")).Status);
    }

    [Fact]
    public async Task The_function_sees_who_writes_and_what_is_replaced()
    {
        await using var node = await StartAsync(Rule);
        var first = JsonNode.Parse((await node.SendAsync("PUT", "/db/a", """{"x":1}""")).Body)!;
        var refused = JsonNode.Parse((await node.SendAsync("PUT", "/db/a?rev=" + first["rev"], """{"bad":1}""")).Body)!;
        var rev = ((string)first["rev"]!)[2..];
        Assert.Equal(
            $"no: admin {{\"_id\":\"a\",\"_rev\":\"1-{rev}\",\"x\":1,\"_revisions\":{{\"start\":1,\"ids\":[\"{rev}\"]}}}}", (string?)refused["reason"]);
    }

    [Fact]
    public async Task A_replicated_revision_is_compared_with_its_nearest_stored_ancestor()
    {
        await using var node = await StartAsync("""{"validate_doc_update":"function(n, o) { if (n.fixed !== (o ? o.fixed : n.fixed)) throw {forbidden: 'fixed'}; }"}""");
        await PostAsync(node, """{"new_edits":false,"docs":[{"_id":"a","_revisions":{"start":1,"ids":["aa"]},"fixed":1}]}""");
        var answer = await PostAsync(node, """{"new_edits":false,"docs":[{"_id":"a","_revisions":{"start":3,"ids":["cc","bb","aa"]},"fixed":2}]}""");
        Assert.Equal("fixed", (string?)Assert.Single(answer)!["reason"]);
        Assert.Empty(await PostAsync(node, """{"new_edits":false,"docs":[{"_id":"a","_revisions":{"start":3,"ids":["cc","bb","aa"]},"fixed":1}]}"""));
    }

    [Fact]
    public async Task An_edit_of_a_revision_that_is_not_there_yet_is_refused_and_not_left_to_chance()
    {
        await using var node = await StartAsync(Rule);
        Assert.Equal(409, (await node.SendAsync("PUT", "/db/new?rev=1-967a00dff5e02add41819138abb3284d", """{"bad":1}""")).Status);
    }

    /// <summary>Review, F18: an attachment that is only named and not there is noticed before anybody is asked, as in CouchDB.</summary>
    [Theory]
    [InlineData("/db/new", 412)]
    [InlineData("/db/new?rev=1-967a00dff5e02add41819138abb3284d", 412)]
    [InlineData("/db/old?rev=1-967a00dff5e02add41819138abb3284d", 412)]
    [InlineData("/db/old", 409)]
    [InlineData("/db/old?rev=1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 409)]
    public async Task A_missing_attachment_comes_first(string path, int status)
    {
        await using var node = await StartAsync(Rule);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/old", "{}")).Status);
        Assert.Equal(status, (await node.SendAsync("PUT", path, """{"bad":1,"_attachments":{"f":{"stub":true}}}""")).Status);
        foreach (var edits in (string[])["true", "false"])
        {
            var docs = """[{"_id":"a","_rev":"1-a","_attachments":{"f":{"stub":true}}},{"_id":"b","_rev":"1-b","bad":1}]""";
            var bulk = await node.SendAsync(
                "POST", "/db/_bulk_docs", $$"""{"new_edits":{{edits}},"docs":{{docs}}}""", "admin:pass", "Content-Type: application/json");
            Assert.Equal((412, "missing_stub"), (bulk.Status, (string?)JsonNode.Parse(bulk.Body)!["error"]));
        }
    }

    /// <summary>Seen beside a CouchDB: a document that is made again after a deletion comes last, with functions to ask and without.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_missing_attachment_of_a_document_made_again_is_named_after_others(bool isValidated)
    {
        await using var node = await StartAsync(isValidated ? Rule : "{}");
        var rev = JsonNode.Parse((await node.SendAsync("PUT", "/db/a", "{}", "admin:pass")).Body)!["rev"];
        await node.SendAsync("DELETE", $"/db/a?rev={rev}", null, "admin:pass");
        const string Stub = "\"_attachments\":{\"f\":{\"stub\":true}}";
        var again = $$"""{"_id":"a",{{Stub}}}""";
        foreach (var (docs, named) in ((string, string)[])[(again, "a"), (again + ",{\"_id\":\"b\"," + Stub + "}", "b")])
        {
            var bulk = await node.SendAsync(
                "POST", "/db/_bulk_docs", $$"""{"docs":[{{docs}}]}""", "admin:pass", "Content-Type: application/json");
            Assert.Equal($"Invalid attachment stub in {named} for f", (string?)JsonNode.Parse(bulk.Body)!["reason"]);
        }
    }

    /// <summary>Seen beside a CouchDB: which of several is named does not depend on whether there are functions to ask.</summary>
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Of_missing_attachments_that_of_the_first_document_by_id_is_named(string edits)
    {
        await using var node = await StartAsync(Rule);
        const string Stub = "\"_attachments\":{\"f\":{\"stub\":true}}";
        var docs = $$"""[{"_id":"b","_rev":"1-b",{{Stub}}},{"_id":"a","_rev":"1-a",{{Stub}}}]""";
        var bulk = await node.SendAsync(
            "POST", "/db/_bulk_docs", $$"""{"new_edits":{{edits}},"docs":{{docs}}}""", "admin:pass", "Content-Type: application/json");
        Assert.Equal("Invalid attachment stub in a for f", (string?)JsonNode.Parse(bulk.Body)!["reason"]);
    }

    [Fact]
    public async Task The_latest_functions_decide_and_design_documents_are_not_asked_about()
    {
        await using var node = await StartAsync(Rule);
        var design = JsonNode.Parse((await node.SendAsync("GET", "/db/_design/v")).Body)!;
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/w", """{"bad":1}""")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_local/l", """{"bad":1}""")).Status);
        Assert.Equal(200, (await node.SendAsync("DELETE", "/db/_design/v?rev=" + design["_rev"])).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/a", """{"bad":1}""")).Status);
    }

    [Fact]
    public async Task A_function_that_does_not_end_refuses_and_other_requests_are_answered()
    {
        await using var node = await StartAsync("""{"validate_doc_update":"function() { for (;;) {} }"}""", ("couchdb", "os_process_timeout", "200"));
        var stuck = Enumerable.Range(0, 4).Select(i => node.SendAsync("PUT", $"/db/s{i}", "{}")).ToArray();
        Assert.Equal(200, (await node.SendAsync("GET", "/db")).Status);
        foreach (var answer in await Task.WhenAll(stuck))
        {
            Assert.Equal(500, answer.Status);
            Assert.Equal("os_process_error", (string?)JsonNode.Parse(answer.Body)!["error"]);
        }
    }

    private static async Task<TestNode> StartAsync(string design, params (string Section, string Key, string Value)[] settings)
    {
        var node = await TestNode.StartAsync(settings);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/v", design)).Status);
        return node;
    }

    private static async Task<JsonArray> PostAsync(TestNode node, string body) =>
        JsonNode.Parse((await node.SendAsync("POST", "/db/_bulk_docs", body, "admin:pass", "Content-Type: application/json")).Body)!.AsArray();
}
