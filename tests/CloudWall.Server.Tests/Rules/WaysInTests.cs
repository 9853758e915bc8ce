using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Documents.Databases;
using CloudWall.Server.Tests.Endpoints;

namespace CloudWall.Server.Tests.Rules;

/// <summary>
/// Review, house A2: what is refused by one way into a database is refused by all. Documents that rules refuse are given to every endpoint
/// that writes, and to replications that this node runs.
/// </summary>
public sealed class WaysInTests
{
    private const string Replicator = "{\"foo\":\"bar\"}";
    private const string User = "{\"name\":\"ann\",\"type\":\"user\",\"roles\":[\"_admin\"]}";
    private const string Design = "{\"views\":{\"v\":{\"map\":\"function (doc) {\"}}}";

    /// <summary>A database, an id, a document that is refused, and the error.</summary>
    public static TheoryData<string, string, string, string> Refused => new()
    {
        { "jobs/_replicator", "d", Replicator, "forbidden" },
        { "_users", "org.couchdb.user:ann", User, "forbidden" },
        { "team/_users", "org.couchdb.user:ann", User, "forbidden" },
        { "db", "_design/d", Design, "compilation_error" },
        { "db", "_design/d", "{\"views\":3}", "invalid_design_doc" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_document_is_refused_by_every_way_in(string name, string id, string body, string error)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await CreateAsync(node, name);
        var path = "/" + Uri.EscapeDataString(name);
        var document = path + "/" + id;
        var withId = With(body, "_id", id);
        var revision = With(body, "_rev", "1-abc");

        Assert.Equal(error, await ErrorAsync(node, HttpMethod.Put, document, body));
        Assert.Equal(error, await ErrorAsync(node, HttpMethod.Put, document + "?new_edits=false", revision));
        Assert.Equal(error, await ErrorAsync(node, HttpMethod.Post, path, withId));
        Assert.Equal(error, await ErrorAsync(node, HttpMethod.Post, path + "/_bulk_docs", $$"""{"docs":[{{withId}}]}"""));
        Assert.Equal(
            error, await ErrorAsync(node, HttpMethod.Post, path + "/_bulk_docs", $$"""{"new_edits":false,"docs":[{{With(revision, "_id", id)}}]}"""));
        Assert.Equal(error, await MultipartAsync(node, document, body));
        Assert.Equal(error, await FormAsync(node, document, body));
        Assert.Equal(error, await UpdateAsync(node, database, path, withId));

        Assert.Equal(0, database.DocumentCount - (database.Find("_design/up") is { Deleted: false } ? 1 : 0));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_document_is_refused_when_a_replication_of_this_node_brings_it(string name, string id, string body, string error)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var source = await node.CreateAsync("elsewhere");
        await NodeUnderTest.PutAsync(source, (id, body), ("_design/harmless", "{\"source\":\"a\",\"target\":\"b\"}"));
        var database = await CreateAsync(node, name);

        var local = await ReplicateAsync(node, "elsewhere", name);
        var remote = await ReplicateAsync(node, "elsewhere", Url(node, name));

        Assert.Equal((1, 1), ((int)local["docs_written"]!, (int)local["doc_write_failures"]!));
        Assert.Equal(1, (int)remote["doc_write_failures"]!);
        Assert.Equal(1, database.DocumentCount);
        await node.Log.WaitForAsync(error);
    }

    /// <summary>What an earlier version let in is there still; it can be deleted, but not copied or attached to.</summary>
    [Theory]
    [InlineData("db", "_design/d", Design, "compilation_error")]
    [InlineData("db", "_design/d", "{\"views\":3}", "invalid_design_doc")]
    public async Task A_document_that_is_there_already_is_neither_copied_nor_attached_to_but_deleted(string name, string id, string body, string error)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await CreateAsync(node, name);
        var revision = (await NodeUnderTest.PutAsync(database, (id, body)))[0];
        var document = "/" + Uri.EscapeDataString(name) + "/" + id;

        using (var copy = new HttpRequestMessage(new HttpMethod("COPY"), document))
        {
            copy.Headers.TryAddWithoutValidation("Destination", id + "2");
            Assert.Equal(error, await ErrorAsync(node, copy));
        }

        Assert.Equal(error, await ErrorAsync(node, HttpMethod.Put, $"{document}/text?rev={revision}", "some text", "text/plain"));
        using var deletion = new HttpRequestMessage(HttpMethod.Delete, $"{document}?rev={revision}");
        Assert.Null(await ErrorAsync(node, deletion));
    }

    [Fact]
    public async Task An_attachment_alone_makes_no_replication()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await CreateAsync(node, "jobs/_replicator");
        Assert.Equal("forbidden", await ErrorAsync(node, HttpMethod.Put, "/jobs%2F_replicator/d/text", "some text", "text/plain"));
        Assert.Equal(0, database.DocumentCount);
    }

    /// <summary>CouchDB's order: whether the document can be edited at all comes first, and decides.</summary>
    [Fact]
    public async Task A_conflict_of_a_design_document_comes_before_what_is_wrong_with_it()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        await NodeUnderTest.PutAsync(database, ("_design/d", "{}"));
        Assert.Equal("conflict", await ErrorAsync(node, HttpMethod.Put, "/db/_design/d", Design));
        Assert.Equal("conflict", await ErrorAsync(node, HttpMethod.Put, "/db/_design/e", With(Design, "_rev", "1-abc")));
    }

    [Fact]
    public async Task A_revision_of_a_replication_document_that_was_made_elsewhere_stays_as_it_is()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await CreateAsync(node, "jobs/_replicator");
        const string Body = """{"source":"http://127.0.0.1:1/a","target":"b","_rev":"1-abc"}""";

        Assert.Null(await ErrorAsync(node, HttpMethod.Put, "/jobs%2F_replicator/d?new_edits=false", Body));
        using var stored = database.Read("d", database.Find("d")!.Tree.Winner.Revision);
        Assert.DoesNotContain("owner", Encoding.UTF8.GetString(stored!.Body.Span), StringComparison.Ordinal);
    }

    private static async Task<Database> CreateAsync(NodeUnderTest node, string name) => node.Node.Databases.Find(name) ?? await node.CreateAsync(name);

    private static string Url(NodeUnderTest node, string name) =>
        $"http://admin:pass@{node.Node.Address.Authority}/{Uri.EscapeDataString(name)}";

    private static string With(string json, string name, string value)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        document[name] = value;
        return document.ToJsonString();
    }

    private static async Task<string?> MultipartAsync(NodeUnderTest node, string document, string body)
    {
        var described = JsonNode.Parse(body)!.AsObject();
        described["_attachments"] = JsonNode.Parse("""{"text":{"follows":true,"length":4,"content_type":"text/plain"}}""");
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(
            $"--x\r\nContent-Type: application/json\r\n\r\n{described.ToJsonString()}\r\n--x\r\n\r\ntext\r\n--x--"));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/related;boundary=\"x\"");
        using var request = new HttpRequestMessage(HttpMethod.Put, document) { Content = content };
        return await ErrorAsync(node, request);
    }

    private static async Task<string?> FormAsync(NodeUnderTest node, string document, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, document)
        {
            Content = new MultipartFormDataContent("x") { { new StringContent(body), "\"_doc\"" } },
        };
        request.Headers.Referrer = node.Node.Address;
        return await ErrorAsync(node, request);
    }

    private static async Task<string?> UpdateAsync(NodeUnderTest node, Database database, string path, string document)
    {
        await NodeUnderTest.PutAsync(
            database, ("_design/up", """{"updates":{"make":"function(doc, req) { return [JSON.parse(req.body), 'made']; }"}}"""));
        return await ErrorAsync(node, HttpMethod.Post, path + "/_design/up/_update/make", document);
    }

    private static async Task<JsonNode> ReplicateAsync(NodeUnderTest node, string source, string target)
    {
        var (status, answer) = await node.PostAsync("/_replicate", $$"""{"source":"{{source}}","target":"{{target}}"}""");
        Assert.True(status == 200, answer);
        return JsonNode.Parse(answer)!["history"]![0]!;
    }

    private static async Task<string?> ErrorAsync(
        NodeUnderTest node, HttpMethod method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await ErrorAsync(node, request);
    }

    /// <summary>The error of an answer, or of the first row of a bulk write.</summary>
    private static async Task<string?> ErrorAsync(NodeUnderTest node, HttpRequestMessage request)
    {
        using var answer = await node.Client.SendAsync(request);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        return (string?)(json is JsonArray rows ? rows[0]!["error"] : json!["error"]);
    }
}
