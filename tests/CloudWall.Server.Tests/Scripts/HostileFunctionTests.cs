using System.Text;
using System.Text.Json.Nodes;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>
/// Functions that mean harm, each called while ordinary requests go on: reads and writes of documents, of views and of another database.
/// What such functions can try is told at length in <c>CloudWall.Scripting.Tests/Hostile</c>; here they are called as somebody would.
/// </summary>
public sealed class HostileFunctionTests : IAsyncLifetime
{
    private const string Tampering =
        "Array.prototype.push = function() { throw 1 }; Array.isArray = function() { return 1 }; Object.prototype.stolen = 'yes'; emit = null; "
        + "JSON.stringify = function() { return '\"tampered\"' }; Object.defineProperty(Object.prototype, '_id', {get: function() { return 'mine' }, set: function() {}});";

    private TestNode _node = null!;

    public static TheoryData<string> Statements =>
    [
        "for (;;) {}",
        "/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')",
        "[3, 1, 2].sort(function() { for (;;) {} })",
        "({get x() { for (;;) {} }}).x",
        "JSON.stringify({toJSON: function() { for (;;) {} }})",
        "var s = 'x'; for (;;) s += s",
        "var l = []; for (;;) l.push({a: l.length})",
        "var m = new Map(); for (var i = 0; ; i++) m.set(i, i)",
        "(function f() { f() })()",
        "var o = {}; for (var i = 0; i < 1e6; i++) o = {o: o}; JSON.stringify(o)",
        "for (;;) log('x'.repeat(1e6))",
    ];

    public static TheoryData<string> Escapes =>
    [
        "System.IO.File.ReadAllText('/etc/passwd')",
        "importNamespace('System')",
        "require('fs')",
        "require('../../secret')",
        "process.exit(1)",
        "new XMLHttpRequest()",
        "fetch('http://127.0.0.1/')",
        "new WebSocket('ws://127.0.0.1/')",
        "import('fs')",
        "clr.System",
        "this.constructor.constructor('return process')().exit(1)",
        "emit.GetType().Assembly",
        "emit.constructor('return clr')().System",
    ];

    public async ValueTask InitializeAsync()
    {
        _node = await TestNode.StartAsync(("couchdb", "os_process_timeout", "300"));
        foreach (var database in (string[])["/good", "/bad"])
        {
            Assert.Equal(201, (await _node.SendAsync("PUT", database)).Status);
            Assert.Equal(201, (await _node.SendAsync("PUT", database + "/d1", """{"n":1}""")).Status);
            Assert.Equal(201, (await _node.SendAsync("PUT", database + "/d2", """{"n":2}""")).Status);
        }

        Assert.Equal(201, (await PutDesignAsync("good", """{"views":{"n":{"map":"function(doc) { emit(doc._id, doc.n || 0); }","reduce":"_sum"}}}""")).Status);
    }

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Views_that_do_not_end_or_want_too_much_cost_others_nothing(string statement)
    {
        var map = $"function(doc) {{ if (doc.n == 1) {{ {statement} }} emit(doc._id, doc.n); }}";
        var reduce = $"function() {{ {statement}; return 1; }}";
        Assert.Equal(201, (await PutDesignAsync("bad", new JsonObject
        {
            ["views"] = new JsonObject
            {
                ["map"] = new JsonObject { ["map"] = map },
                ["reduce"] = new JsonObject { ["map"] = "function(doc) { emit(doc._id); }", ["reduce"] = reduce },
            },
        }.ToJsonString())).Status);

        var answers = await AmongOthersAsync(("GET", "/bad/_design/d/_view/map", null), ("GET", "/bad/_design/d/_view/reduce", null));

        // The view goes on without what the bad document emits, or fails.
        Assert.True(
            answers[0] is { Status: 500 }
                ? Json(answers[0])["error"] is not null
                : Json(answers[0])["rows"]!.AsArray().Any(static row => (string?)row!["id"] == "d2"),
            Text(answers[0]));
        Assert.InRange(answers[1].Status, 400, 500);
        Assert.NotNull(Json(answers[1])["error"]);
    }

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task Functions_of_design_documents_that_do_not_end_or_want_too_much_cost_others_nothing(string statement)
    {
        var function = $"function() {{ {statement}; return 'x'; }}";
        Assert.Equal(201, (await PutDesignAsync("bad", new JsonObject
        {
            ["shows"] = new JsonObject { ["f"] = function },
            ["lists"] = new JsonObject { ["f"] = function },
            ["updates"] = new JsonObject { ["f"] = function },
            ["filters"] = new JsonObject { ["f"] = function },
            ["views"] = new JsonObject { ["v"] = new JsonObject { ["map"] = "function(doc) { emit(doc._id); }" } },
            ["rewrites"] = function,
            ["validate_doc_update"] = $"function(doc) {{ if (doc.n == 7) {{ {statement} }} }}",
        }.ToJsonString())).Status);
        var answers = await AmongOthersAsync(
            ("GET", "/bad/_design/d/_show/f", null),
            ("GET", "/bad/_design/d/_list/f/v", null),
            ("POST", "/bad/_design/d/_update/f", null),
            ("GET", "/bad/_changes?filter=d/f", null),
            ("GET", "/bad/_design/d/_rewrite/x", null),
            ("PUT", "/bad/d3", """{"n":7}"""));
        foreach (var answer in answers)
        {
            Assert.InRange(answer.Status, 400, 500);
            Assert.NotNull(Json(answer)["error"]);
        }

        Assert.Equal(404, (await _node.SendAsync("GET", "/bad/d3")).Status);
    }

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task Nothing_of_the_machine_is_in_reach(string statement)
    {
        var attempt = $"var got; try {{ got = {statement}; }} catch (e) {{ got = undefined; }}";
        Assert.Equal(201, (await PutDesignAsync("bad", new JsonObject
        {
            ["shows"] = new JsonObject { ["f"] = $"function() {{ var emit = send; {attempt} return typeof got == 'undefined' || got === null ? 'nothing' : 'got ' + got; }}" },
            ["views"] = new JsonObject { ["v"] = new JsonObject { ["map"] = $"function(doc) {{ var e = emit; {attempt} e(typeof got == 'undefined' || got === null ? 'nothing' : 'got ' + got); }}" } },
        }.ToJsonString())).Status);

        // It fails in a way that can be caught, or in one that cannot.
        var answers = await AmongOthersAsync(("GET", "/bad/_design/d/_show/f", null), ("GET", "/bad/_design/d/_view/v", null));
        Assert.True(answers[0] is { Status: 500 } || Text(answers[0]) == "nothing", Text(answers[0]));
        Assert.True(
            answers[1] is { Status: 500 } || Json(answers[1])["rows"]!.AsArray().Select(static row => (string?)row!["key"]).SequenceEqual(["nothing", "nothing"]),
            Text(answers[1]));
    }

    [Fact]
    public async Task What_a_function_does_to_the_language_is_gone_with_the_next_document_and_for_other_databases()
    {
        Assert.Equal(201, (await PutDesignAsync("bad", new JsonObject
        {
            ["shows"] = new JsonObject { ["f"] = $"function(doc, req) {{ {Tampering} return 'done'; }}" },
            ["views"] = new JsonObject
            {
                ["first"] = new JsonObject { ["map"] = $"function(doc) {{ if (doc.n == 1) {{ {Tampering} }} else {{ emit(doc._id, [({{}}).stolen, Array.isArray({{}})]); }} }}" },
                ["second"] = new JsonObject { ["map"] = "function(doc) { emit(doc._id, [({}).stolen, Array.isArray({})]); }" },
            },
        }.ToJsonString())).Status);

        for (var i = 0; i < 3; i++)
        {
            await AmongOthersAsync(("GET", "/bad/_design/d/_show/f", null));
        }

        foreach (var view in await AmongOthersAsync(("GET", "/bad/_design/d/_view/first", null), ("GET", "/bad/_design/d/_view/second", null)))
        {
            var rows = Json(view)["rows"]!.AsArray();
            Assert.Contains("d2", rows.Select(static row => (string?)row!["key"]));
            Assert.All(rows, static row => Assert.Equal("[null,false]", row!["value"]!.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_list_that_sends_without_end_is_ended()
    {
        Assert.Equal(201, (await PutDesignAsync("bad", new JsonObject
        {
            ["lists"] = new JsonObject { ["f"] = "function() { for (;;) send('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'); }" },
            ["views"] = new JsonObject { ["v"] = new JsonObject { ["map"] = "function(doc) { emit(doc._id); }" } },
        }.ToJsonString())).Status);

        var answers = await AmongOthersAsync(("GET", "/bad/_design/d/_list/f/v", null));

        Assert.InRange(Assert.Single(answers).Status, 400, 500);
    }

    private static string Text(HttpAnswer answer) => Encoding.UTF8.GetString(answer.Body);

    private static JsonNode Json(HttpAnswer answer) => JsonNode.Parse(answer.Body)!;

    private async Task<HttpAnswer> PutDesignAsync(string database, string design) => await _node.SendAsync("PUT", $"/{database}/_design/d", design);

    /// <summary>Makes requests while others are made, all of which must be answered well.</summary>
    private async Task<HttpAnswer[]> AmongOthersAsync(params (string Method, string Target, string? Body)[] requests)
    {
        var answers = Task.WhenAll(requests.Select(request => _node.SendAsync(request.Method, request.Target, request.Body)));
        for (var round = 0; round < 2 || !answers.IsCompleted; round++)
        {
            var others = await Task.WhenAll(
                _node.SendAsync("GET", "/good/d1"),
                _node.SendAsync("POST", "/good", "{}", "admin:pass", "Content-Type: application/json"),
                _node.SendAsync("GET", "/good/_design/d/_view/n"),
                _node.SendAsync("GET", "/good/_all_docs?limit=2"),
                _node.SendAsync("GET", "/bad/d1"),
                _node.SendAsync("GET", "/bad/_changes?limit=1"));
            Assert.All(others, static other => Assert.InRange(other.Status, 200, 201));
            Assert.Equal(3, (int)Json(others[2])["rows"]![0]!["value"]!);
        }

        return await answers;
    }
}
