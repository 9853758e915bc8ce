using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Endpoints;

namespace CloudWall.Server.Tests.Rules;

/// <summary>
/// A password in clear that an earlier version let into <c>_users</c> is shown to nobody and goes nowhere: no way out has it, and whatever
/// is written from what was read is without it.
/// </summary>
public sealed class UserPasswordTests
{
    private const string Id = "org.couchdb.user:ann";
    private const string User = """{"name":"ann","password":"s3cret","type":"user","roles":["a"],"inner":{"password":"s3cret-but-deep"}}""";

    [Theory]
    [InlineData("GET", "/org.couchdb.user:ann")]
    [InlineData("GET", "/org.couchdb.user:ann?revs=true&attachments=true&conflicts=true")]
    [InlineData("GET", "/org.couchdb.user:ann?rev={rev}")]
    [InlineData("GET", "/org.couchdb.user:ann?open_revs=all")]
    [InlineData("GET", "/org.couchdb.user:ann?open_revs=%5B%22{rev}%22%5D")]
    [InlineData("GET", "/_all_docs?include_docs=true")]
    [InlineData("POST", "/_all_docs?include_docs=true", """{"keys":["org.couchdb.user:ann"]}""")]
    [InlineData("GET", "/_changes?include_docs=true")]
    [InlineData("GET", "/_changes?include_docs=true&style=all_docs&descending=true")]
    [InlineData("GET", "/_changes?include_docs=true&filter=_doc_ids&doc_ids=%5B%22org.couchdb.user:ann%22%5D")]
    [InlineData("POST", "/_bulk_get", """{"docs":[{"id":"org.couchdb.user:ann"}]}""")]
    [InlineData("POST", "/_bulk_get?revs=true", """{"docs":[{"id":"org.couchdb.user:ann","rev":"{rev}"}]}""")]
    [InlineData("GET", "/_design/d/_view/all")]
    [InlineData("GET", "/_design/d/_view/all?include_docs=true")]
    [InlineData("GET", "/_design/d/_show/doc/org.couchdb.user:ann")]
    [InlineData("GET", "/_design/d/_list/rows/all?include_docs=true")]
    [InlineData("POST", "/_design/d/_update/see/org.couchdb.user:ann", "{}")]
    [InlineData("GET", "/_changes?include_docs=true&filter=d/with")]
    public async Task No_way_out_has_it(string method, string path, string? body = null)
    {
        await using var node = await NodeUnderTest.StartAsync();
        var users = await node.CreateAsync("_users");
        var revision = (await NodeUnderTest.PutAsync(users, (Id, User)))[0].ToString();
        await NodeUnderTest.PutAsync(users, ("_design/d", """
            {"views":{"all":{"map":"function(doc) { emit(doc._id, doc); }"}},
             "shows":{"doc":"function(doc) { return {json: doc}; }"},
             "updates":{"see":"function(doc) { return [null, {json: doc}]; }"},
             "lists":{"rows":"function() { for (var row; row = getRow();) { send(JSON.stringify(row)); } }"},
             "filters":{"with":"function(doc) { return doc.name === 'ann' && !doc.password; }"}}
            """));

        path = "/_users" + path.Replace("{rev}", revision, StringComparison.Ordinal);
        var (status, answer) = method == "GET"
            ? await node.GetAsync(path)
            : await node.PostAsync(path, body!.Replace("{rev}", revision, StringComparison.Ordinal));

        Assert.True(status is 200 or 201, answer);
        Assert.Contains("s3cret-but-deep", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("\"s3cret\"", answer.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_replications_nor_edits_take_it_along()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var users = await node.CreateAsync("_users");
        var revision = (await NodeUnderTest.PutAsync(users, (Id, User)))[0];
        var url = new UriBuilder(node.Node.Address) { UserName = "admin", Password = "pass", Path = "/_users" }.Uri;
        foreach (var (source, target) in ((string, string)[])[("_users", "one"), (url.ToString(), "two")])
        {
            var (status, answer) = await node.PostAsync("/_replicate", $$"""{"source":"{{source}}","target":"{{target}}","create_target":true}""");
            Assert.True(status == 200, answer);
            await AssertWithoutAsync(node, $"/{target}/{Id}");
        }

        using var text = new StringContent("some text");
        using var attached = await node.Client.PutAsync($"/_users/{Id}/text?rev={revision}", text, TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)attached.StatusCode);
        await AssertWithoutAsync(node, "/_users/" + Id);
    }

    private static async Task AssertWithoutAsync(NodeUnderTest node, string path)
    {
        var (status, body) = await node.GetAsync(path);
        Assert.True(status == 200, body);
        var document = JsonNode.Parse(body)!.AsObject();
        Assert.Equal("ann", (string?)document["name"]);
        Assert.False(document.ContainsKey("password"));
    }
}
