using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>What is answered where a view's functions cannot be compiled: a fault of their text is told from want of time or memory.</summary>
public sealed class ViewCompilationTests
{
    private const string Endless = "(function() { for (;;) {} })()";
    private const string Greedy = "(function() { var s = 'x'; for (;;) { s += s; s.split(''); } })()";
    private const string Fine = "function(doc) { emit(1); }";

    [Theory]
    [InlineData("function(doc) {")]
    [InlineData("7")]
    [InlineData("(function() { throw new Error('no'); })()")]
    [InlineData("(function() { (function f() { f(); })(); })()")]
    public async Task A_fault_of_the_text_is_a_compilation_error(string text)
    {
        await using var node = await StartAsync();
        foreach (var (answer, kind) in ((HttpAnswer, string)[])[(await PutAsync(node, text), "map"), (await PutAsync(node, Fine, text), "reduce")])
        {
            Assert.Equal((400, "compilation_error"), (answer.Status, (string?)Json(answer)["error"]));
            Assert.StartsWith($"Compilation of the {kind} function in the 'v' view failed: ", (string?)Json(answer)["reason"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Endless)]
    [InlineData(Greedy)]
    public async Task Want_of_time_or_memory_is_answered_as_where_functions_run(string text)
    {
        // On a busy machine the one that wants memory must not run out of time first.
        await using var node = await StartAsync(timeout: text == Greedy ? "60000" : "2000");
        var design = new JsonObject { ["shows"] = new JsonObject { ["s"] = $"function() {{ {text}; return 'x'; }}" } };
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/s", design.ToJsonString())).Status);
        var running = await node.SendAsync("GET", "/db/_design/s/_show/s");
        Assert.Equal(500, running.Status);

        foreach (var answer in (HttpAnswer[])[await PutAsync(node, text), await PutAsync(node, Fine, text)])
        {
            Assert.Equal((500, Text(running)), (answer.Status, Text(answer)));
        }

        var bulk = Json(await node.SendAsync(
            "POST", "/db/_bulk_docs", $$"""{"docs":[{{Design(text)}},{"_id":"y"}]}""", "admin:pass", "Content-Type: application/json")).AsArray();
        Assert.Equal((string?)Json(running)["error"], (string?)bulk[0]!["error"]);
        Assert.True((bool?)bulk[1]!["ok"]);
    }

    [Fact]
    public async Task A_program_that_ends_over_the_text_has_refused_it()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "QueryServers", "server.js");
        await using var node = await TestNode.StartAsync(TimeProvider.System, new Dictionary<string, string> { ["foo"] = $"node '{program}'" });
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);

        var answer = await node.SendAsync("PUT", "/db/_design/d", """{"language":"foo","views":{"v":{"map":"process.exit(3)"}}}""");

        Assert.Equal(
            (400, """{"error":"compilation_error","reason":"Compilation of the map function in the 'v' view failed with exit status: 3"}"""),
            (answer.Status, Text(answer).Trim()));
    }

    private static string Design(string map, string? reduce = null)
    {
        var view = new JsonObject { ["map"] = map };
        if (reduce is not null)
        {
            view["reduce"] = reduce;
        }

        return new JsonObject { ["_id"] = "_design/d", ["views"] = new JsonObject { ["v"] = view } }.ToJsonString();
    }

    private static Task<HttpAnswer> PutAsync(TestNode node, string map, string? reduce = null) =>
        node.SendAsync("PUT", "/db/_design/d", Design(map, reduce));

    private static async Task<TestNode> StartAsync(string timeout = "2000")
    {
        var node = await TestNode.StartAsync(("couchdb", "os_process_timeout", timeout), ("cloudwall", "function_memory", "33554432"));
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        return node;
    }

    private static string Text(HttpAnswer answer) => Encoding.UTF8.GetString(answer.Body);

    private static JsonNode Json(HttpAnswer answer) => JsonNode.Parse(answer.Body)!;
}
