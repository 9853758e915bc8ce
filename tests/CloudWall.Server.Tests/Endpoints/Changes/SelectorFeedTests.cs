using System.Net;
using System.Text;
using System.Text.Json;

namespace CloudWall.Server.Tests.Endpoints.Changes;

/// <summary><c>filter=_selector</c>, which is how Obsidian LiveSync pulls.</summary>
public sealed class SelectorFeedTests
{
    private const string NoLeaves = """{"selector":{"type":{"$ne":"leaf"}}}""";

    [Theory]
    [InlineData("", "note other")]
    [InlineData("&limit=1", "note")]
    [InlineData("&descending=true", "other note")]
    [InlineData("&feed=longpoll", "note other")]
    [InlineData("&feed=continuous&timeout=1", "note other")]
    [InlineData("&feed=eventsource&timeout=1", "note other")]
    public async Task All_feeds_have_the_documents_that_match(string query, string ids)
    {
        await using var node = await FilledAsync();
        var text = await (await PostAsync(node, "/db/_changes?filter=_selector" + query, NoLeaves)).Content.ReadAsStringAsync(Cancellation);
        var found = System.Text.RegularExpressions.Regex.Matches(text, "\"id\":\"([a-z]+)\"").Select(static match => match.Groups[1].Value);
        Assert.Equal(ids, string.Join(' ', found));
    }

    [Fact]
    public async Task A_longpoll_waits_for_a_document_that_matches()
    {
        await using var node = await FilledAsync();
        var database = node.Node.Databases.Find("db")!;
        var since = new CloudWall.Documents.Sequences.SequenceTokens(database.Incarnation).Format(4);
        var waiting = PostAsync(node, $"/db/_changes?filter=_selector&feed=longpoll&since={since}&heartbeat=30000", NoLeaves);
        await NodeUnderTest.PutAsync(database, ("h:2", """{"type":"leaf"}"""));
        await NodeUnderTest.PutAsync(database, ("second", """{"type":"plain"}"""));

        using var answer = JsonDocument.Parse(
            await (await waiting.WaitAsync(NodeUnderTest.Patience, Cancellation)).Content.ReadAsStringAsync(Cancellation));

        Assert.Equal("second", answer.RootElement.GetProperty("results")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Fields_of_the_documents_are_shown()
    {
        await using var node = await FilledAsync();
        var answer = await PostAsync(
            node, "/db/_changes?filter=_selector&include_docs=true", """{"selector":{"type":"plain"},"fields":["meta.size","_id"]}""");
        Assert.Contains(
            """
            "doc":{"meta":{"size":3},"_id":"note"}
            """.Trim(),
            await answer.Content.ReadAsStringAsync(Cancellation),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"selector":{"a":{"$bad":1}}}""", "Invalid operator: $bad")]
    [InlineData("""{"selector":5}""", "Selector error: expected a JSON object")]
    [InlineData("""{"selector":{},"fields":5}""", "Selector error: fields must be JSON array")]
    [InlineData("""{"selector":{},"fields":[5]}""", "Invalid JSON for field spec: 5")]
    public async Task A_bad_selector_is_a_bad_request(string body, string reason)
    {
        await using var node = await FilledAsync();
        var answer = await PostAsync(node, "/db/_changes?filter=_selector", body);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "bad_request", reason),
            (answer.StatusCode, json.RootElement.GetProperty("error").GetString(), json.RootElement.GetProperty("reason").GetString()));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<NodeUnderTest> FilledAsync()
    {
        var node = await NodeUnderTest.StartAsync();
        await NodeUnderTest.PutAsync(
            await node.CreateAsync("db"),
            ("h:1", """{"type":"leaf"}"""),
            ("none", "{}"),
            ("note", """{"type":"plain","meta":{"size":3}}"""),
            ("other", """{"type":null}"""));
        return node;
    }

    private static Task<HttpResponseMessage> PostAsync(NodeUnderTest node, string path, string json) =>
        node.Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);
}
