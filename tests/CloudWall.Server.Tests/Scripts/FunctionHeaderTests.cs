using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>Review, attack 6: what functions answer runs under the node's policy, and says nothing for the rest of the origin.</summary>
public sealed class FunctionHeaderTests
{
    // What each function answers with, by its name.
    private const string Answers =
        """
        var answers = {
          text: {headers: all, body: '<script>1</script>'},
          json: {headers: all, json: {a: '<script>1</script>'}},
          html: {headers: {'Content-Type': 'text/html'}, json: {a: '<script>1</script>'}},
          types: {headers: {'content-type': 'application/json, text/html'}, json: {}},
          xml: {headers: {'Content-type': 'image/svg+xml'}, json: {}},
          both: {json: {}, body: '<script>1</script>'},
          bytes: {headers: all, base64: 'PHNjcmlwdD4='},
          error: {code: 404, headers: all, body: '<script>1</script>'},
          unauthorized: {code: 401, headers: all, body: '<script>1</script>'},
          own: {headers: {'Content-Security-Policy': "default-src *", 'X-Content-Type-Options': 'none'}, body: ''},
          plain: {body: '<script>1</script>'}
        };
        """;

    private static readonly string[] Weakening =
    [
        "WWW-Authenticate", "set-cookie", "Set-Cookie2", "Access-Control-Allow-Origin", "ACCESS-CONTROL-ALLOW-CREDENTIALS", "Clear-Site-Data",
        "Strict-Transport-Security", "Service-Worker-Allowed", "Alt-Svc", "Public-Key-Pins", "NEL", "Report-To", "Proxy-Authenticate",
        "Authentication-Info", "X-Accel-Redirect", "X-Sendfile", "Content-Length", "Transfer-Encoding", "Connection",
        "Secure-Session-Registration", "Use-As-Dictionary", "No-Vary-Search", "Content-Security-Policy-Report-Only", "Speculation-Rules",
        "Not-Known-Yet",
    ];

    private static readonly string[] Names = ["text", "json", "html", "types", "xml", "both", "bytes", "error", "unauthorized", "own", "plain"];

    public static TheoryData<string, string> Ways()
    {
        var ways = new TheoryData<string, string>();
        foreach (var name in Names)
        {
            ways.Add("GET", "_show/answer?a=" + name);
            ways.Add("HEAD", "_show/answer?a=" + name);
            ways.Add("GET", "_show/provides?a=" + name);
            ways.Add("POST", "_update/answer?a=" + name);
            ways.Add("POST", "_update/write/new?a=" + name);
            if (name is not ("json" or "html" or "types" or "xml" or "bytes" or "both"))
            {
                ways.Add("GET", "_list/answer/all?a=" + name);
                ways.Add("GET", "_rewrite/?a=" + name);
            }
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Every_answer_is_confined(string method, string path)
    {
        await using var node = await InProcessNode.StartAsync();
        var headers = string.Join(", ", Weakening.Append("X-Own").Select(static name => $"'{name}': 'chosen'"));
        var code = $"var all = {{{headers}}}; {Answers}";
        Assert.Equal(201, (await node.PutAsync("/db/_design/app", new JsonObject
        {
            ["shows"] = new JsonObject
            {
                ["answer"] = $"function(doc, req) {{ {code} return answers[req.query.a]; }}",
                ["provides"] = $"function(doc, req) {{ {code} provides('html', function() {{ return answers[req.query.a]; }}); }}",
            },
            ["updates"] = new JsonObject
            {
                ["answer"] = $"function(doc, req) {{ {code} return [null, answers[req.query.a]]; }}",
                ["write"] = $"function(doc, req) {{ {code} return [{{_id: req.id}}, answers[req.query.a]]; }}",
            },
            ["lists"] = new JsonObject
            {
                ["answer"] = $"function(head, req) {{ {code} var a = answers[req.query.a]; start(a); return a.body; }}",
            },
            ["rewrites"] = $"function(req) {{ {code} var a = answers[req.query.a]; a.code = a.code || 200; return a; }}",
            ["views"] = new JsonObject { ["all"] = new JsonObject { ["map"] = "function(doc) { emit(1); }" } },
        }.ToJsonString())).Status);

        var answer = await node.SendAsync(method, "/db/_design/app/" + path, method == "POST" ? InProcessNode.Json("{}") : null, "Accept: text/html");

        AssertConfined(path, answer.Header("X-Content-Type-Options"), answer.Header("Content-Security-Policy"), answer.Header("Content-Type"));
        Assert.DoesNotContain(
            answer.Headers, header => header.Value.Contains("chosen", StringComparison.Ordinal) && header.Key != "X-Own");
        Assert.True(answer.Header("X-Own") == "chosen" || !path.Contains("answer?a=text", StringComparison.Ordinal));
    }

    /// <summary>Programs that run other languages are no more trusted than functions here.</summary>
    [Fact]
    public async Task Answers_of_query_servers_are_confined()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "QueryServers", "server.js");
        await using var node = await TestNode.StartAsync(TimeProvider.System, new Dictionary<string, string> { ["foo"] = $"node '{program}'" });
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d",
            """
            {"language":"foo",
            "shows":{"n":"function(doc, req) { return {headers: {'Content-Type': 'text/html', 'Set-Cookie': 'chosen', 'X-Own': 'here'}, json: {}}; }"},
            "updates":{"n":"function(doc, req) { return [{_id: 'made', n: 9}, {headers: {'WWW-Authenticate': 'chosen'}, body: 'done'}]; }"}}
            """)).Status);

        var shown = await node.SendAsync("GET", "/db/_design/d/_show/n");
        Assert.Equal(("here", null), (shown.Header("X-Own"), shown.Header("Set-Cookie")));
        AssertConfined("show", shown.Header("X-Content-Type-Options"), shown.Header("Content-Security-Policy"), shown.Header("Content-Type"));

        // This program would run it; that a GET changes nothing is the node's own promise.
        Assert.Equal(405, (await node.SendAsync("GET", "/db/_design/d/_update/n")).Status);
        Assert.Equal(404, (await node.SendAsync("GET", "/db/made")).Status);
        var updated = await node.SendAsync("POST", "/db/_design/d/_update/n");
        Assert.Equal(("done", null), (Encoding.UTF8.GetString(updated.Body), updated.Header("WWW-Authenticate")));
        AssertConfined("update", updated.Header("X-Content-Type-Options"), updated.Header("Content-Security-Policy"), updated.Header("Content-Type"));
    }

    [Theory]
    [InlineData("_show/throws")]
    [InlineData("_show/nothing")]
    [InlineData("_list/throws/all")]
    public async Task Errors_of_functions_are_json_and_nothing_else(string path)
    {
        await using var node = await InProcessNode.StartAsync();
        Assert.Equal(201, (await node.PutAsync("/db/_design/app",
            """
            {"shows":{"throws":"function() { throw {forbidden: '<script>1</script>'}; }",
              "nothing":"function() { return {headers: {'Set-Cookie': 'a=b'}, body: '<script>', odd: 1}; }"},
            "lists":{"throws":"function() { throw ['error', 'odd', '<script>1</script>']; }"},
            "views":{"all":{"map":"function(doc) { emit(1); }"}}}
            """)).Status);

        var answer = await node.GetAsync("/db/_design/app/" + path);

        Assert.InRange(answer.Status, 400, 599);
        Assert.Equal(("application/json", "nosniff", null), (answer.Header("Content-Type"), answer.Header("X-Content-Type-Options"), answer.Header("Set-Cookie")));
    }

    private static void AssertConfined(string path, string? sniffing, string? policy, string? type)
    {
        Assert.Equal("nosniff", sniffing);
        if (type == "application/json" && path.Contains("a=json", StringComparison.Ordinal))
        {
            // No browser runs it as long as it takes it for that; CouchDB sends no policy with it.
            Assert.Null(policy);
        }
        else
        {
            Assert.StartsWith("sandbox", policy, StringComparison.Ordinal);
        }
    }
}
