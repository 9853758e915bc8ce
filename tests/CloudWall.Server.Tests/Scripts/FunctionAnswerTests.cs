using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>What functions give back, and what the client gets: as a CouchDB 3.5.0 answers.</summary>
public sealed class FunctionAnswerTests
{
    private const string Html = "text/html; charset=utf-8";
    private const string Json = "application/json";

    [Theory]
    [InlineData("shows", "_show/x/d", "function() { return {code: 777, body: 'x'}; }", 777, Html, "x")]
    [InlineData("shows", "_show/x/d", "function() { return {code: '404', body: 'x'}; }", 404, Html, "x")]
    [InlineData("lists", "_list/x/v", "function() { start({code: 777}); return 'x'; }", 777, Json, "x")]
    [InlineData("lists", "_list/x/v", "function() { start({body: 'unsent'}); return 'x'; }", 200, Html, "x")]
    [InlineData("lists", "_list/x/v", "function() { start({base64: 'QQ=='}); return 'x'; }", 200, "application/binary", "x")]
    [InlineData("lists", "_list/x/v", "function() { start({json: 1}); return 'x'; }", 200, Json, "x")]
    [InlineData("lists", "_list/x/v", "function() { start({headers: {'Content-Type': 'a/b'}, body: ''}); return 'x'; }", 200, "a/b", "x")]
    [InlineData("lists", "_list/x/v", "function() { return 'x'; }", 200, Json, "x")]
    public async Task An_answer_is_that_of_the_function(string kind, string path, string function, int status, string type, string body)
    {
        await using var node = await StartAsync(kind, function);
        var answer = await node.SendAsync("GET", "/db/_design/app/" + path);
        Assert.Equal(
            (status, type, body), (answer.Status, answer.Header("Content-Type"), Encoding.UTF8.GetString(answer.Body)));
    }

    [Theory]
    [InlineData("{code: 200}", 200, """{"a":1}""")]
    [InlineData("{code: 404}", 404, """{"a":1}""")]
    [InlineData("{code: 200, body: 'x'}", 200, "x")]
    [InlineData("{code: '200'}", 500, """{"error":"rewrite_error","reason":"bad code"}""")]
    [InlineData("{code: 99}", 500, """{"error":"rewrite_error","reason":"bad code"}""")]
    public async Task A_rewrite_that_answers_without_a_body_sends_that_of_the_request(string result, int status, string body)
    {
        await using var node = await StartAsync("rewrites", $"function() {{ return {result}; }}");
        var answer = await node.SendAsync("POST", "/db/_design/app/_rewrite/a", """{"a":1}""");
        Assert.Equal((status, body), (answer.Status, Encoding.UTF8.GetString(answer.Body).TrimEnd()));
    }

    private static async Task<TestNode> StartAsync(string kind, string function)
    {
        var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/d", "{}")).Status);
        var design = new JsonObject { ["views"] = new JsonObject { ["v"] = new JsonObject { ["map"] = "function(doc) { emit(1); }" } } };
        design[kind] = kind == "rewrites" ? function : new JsonObject { ["x"] = function };
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/app", design.ToJsonString())).Status);
        return node;
    }
}
