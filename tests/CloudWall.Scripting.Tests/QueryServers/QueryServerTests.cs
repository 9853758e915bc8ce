using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.QueryServers;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.QueryServers;

public sealed class QueryServerTests : IDisposable
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _logged = new();
    private readonly QueryServerFactory _factory = new("foo", $"node '{Path.Combine(AppContext.BaseDirectory, "QueryServers", "server.js")}'");
    private ScriptHostOptions _options;

    public QueryServerTests() => _options = new ScriptHostOptions
    {
        Limits = new ScriptLimits { Timeout = TimeSpan.FromMinutes(1), Output = 1 << 20 },
        ProcessLimit = 2,
        Log = entry => _logged.Enqueue(entry.Message),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void Maps_a_batch_larger_than_what_is_sent_ahead()
    {
        var documents = Enumerable.Range(0, 500).Select(i => $"{{\"_id\":\"{i}\",\n\"text\":\"{new string('é', i)}\"}}").ToArray();

        var rows = Scripts.Rows(Maps("doc => { emit(doc._id, doc.text.length); emit(null) }", "doc => {}"), documents);

        Assert.Equal(Enumerable.Range(0, 500).SelectMany(i => new[] { $"{i}.0 \"{i}\":{i}", $"{i}.0 null:null" }), rows);
        Assert.Equal(1, _factory.Processes);
    }

    /// <summary>Review, attack 13: what a program has been sent already is answered, and dropped where there is no room for it.</summary>
    [Fact]
    public void Rows_end_with_the_document_after_which_there_is_no_room()
    {
        var maps = Maps("doc => emit(doc._id, 'x'.repeat(1000))");
        var documents = Enumerable.Range(0, 50).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}"}""")).ToArray();
        for (var from = 0; from < documents.Length;)
        {
            using var results = maps.Map([.. documents.Skip(from)], 5000, Cancellation);
            Assert.Equal(5, results.Documents);
            Assert.Equal(Enumerable.Range(from, 5).Select(static n => $"\"{n}\""), Enumerable.Range(0, results.Count).Select(i => Scripts.Text(results[i].Key)));
            from += results.Documents;
        }

        Assert.Equal(1, _factory.Processes);
    }

    [Fact]
    public void Halves_of_characters_are_replaced_wherever_they_come_from()
    {
        Assert.Equal(["0.0 \"a\uFFFD\":\"\uFFFD😀\""], Scripts.Rows(Maps("doc => emit('a\\ud800', '\\udc00\\ud83d\\ude00')"), "{\"_id\":\"a\"}"));
        var design = _factory.CreateDesign(
            "db", new DesignSource("foo", Scripts.Utf8("""{"_id":"_design/d","shows":{"s":"(doc, req) => ({body: 'a\\ud800b'})"}}""")), _options);
        Assert.Equal("{\"body\":\"a\uFFFDb\"}", Scripts.Text(design.Show("s", default, Scripts.Utf8("{}"), Cancellation)));
    }

    [Fact]
    public void Reduces_and_rereduces()
    {
        var reduces = _factory.CreateReduces("db", new ReduceSource("foo", ["(k, v, r) => [k, v.length, r]", "(k, v) => v[0]"]), _options);

        var results = reduces.Reduce([new ReduceRow(Scripts.Utf8("1"), Scripts.Utf8("\"a\""), Scripts.Utf8("7"))], Cancellation);

        Assert.Equal(["[[[1,\"a\"]],1,false]", "7"], results.Select(Scripts.Text));
        Assert.Equal("[null,2,true]", Scripts.Text(reduces.Rereduce(0, [Scripts.Utf8("1"), Scripts.Utf8("2")], Cancellation)));
    }

    [Fact]
    public void Runs_the_functions_of_a_design_document()
    {
        var design = _factory.CreateDesign("db", new DesignSource("foo", Scripts.Utf8("""
            {"_id":"_design/d","shows":{"s":"(doc, req) => ({body: doc.a + req.b})"},"updates":{"u":"(doc, req) => [{_id: 'x'}, {body: 'ok'}]"},
            "filters":{"f":"(doc, req) => doc.n > req.n"},"views":{"v":{"map":"doc => { if (doc.n) emit(1) }"}},"lists":{"l":"row => row.key"},
            "rewrites":"req => req.to ? {path: req.to} : null","validate_doc_update":"doc => { if (doc.bad) throw {forbidden: 'no'} }"}
            """)), _options);
        var list = new Listing();

        design.List("l", Scripts.Utf8("{}"), Scripts.Utf8("{}"), list, Cancellation);

        Assert.Equal("{\"headers\":{\"Content-Type\":\"text/plain\"}}[ab]", list.Text);
        Assert.Equal("{\"body\":\"xy\"}", Scripts.Text(design.Show("s", Scripts.Utf8("{\"a\":\"x\"}"), Scripts.Utf8("{\"b\":\"y\"}"), Cancellation)));
        Assert.Equal("{\"_id\":\"x\"}", Scripts.Text(design.Update("u", default, Scripts.Utf8("{}"), Cancellation).Document));
        Assert.Equal([false, true], design.Filter("f", [Scripts.Utf8("{\"n\":1}"), Scripts.Utf8("{\"n\":3}")], Scripts.Utf8("{\"n\":2}"), Cancellation));
        Assert.Equal([true, false], design.FilterByView("v", [Scripts.Utf8("{\"n\":1}"), Scripts.Utf8("{}")], Cancellation));
        Assert.Equal("{\"path\":\"a\"}", Scripts.Text(design.Rewrite(Scripts.Utf8("{\"to\":\"a\"}"), Cancellation)!.Value));
        Assert.Null(design.Rewrite(Scripts.Utf8("{}"), Cancellation));
        design.Validate(new ValidationArguments(Scripts.Utf8("{}"), default, default, default), Cancellation);
        var refused = Assert.Throws<ScriptException>(
            () => design.Validate(new ValidationArguments(Scripts.Utf8("{\"bad\":1}"), default, default, default), Cancellation));
        Assert.Equal(("forbidden", "no"), (refused.Error, refused.Reason));
        Assert.Equal("not_found", Assert.Throws<ScriptException>(() => design.Show("t", default, default, Cancellation)).Error);
    }

    [Theory]
    [InlineData("process.exit(3)", "os_process_error", "{exit_status,3}")]
    [InlineData("process.stdout.write('what?\\n')", "os_process_error", "invalid JSON")]
    [InlineData("process.stdout.write('7\\n')", "os_process_error", "unexpected answer")]
    [InlineData("process.stdout.write('[1\\n')", "os_process_error", "invalid JSON")]
    [InlineData("process.stdout.write('x'.repeat(3 << 20))", "os_process_error", "line too long")]
    [InlineData("throw ['error', 'mine', 'why']", "mine", "why")]
    [InlineData("throw ['fatal', 'mine', 'why']", "mine", "why")]
    public void Failures_have_their_error_and_the_next_call_works(string code, string error, string reason)
    {
        var maps = Maps($"doc => {{ if (doc.bad) {{ {code} }} emit(doc._id) }}");

        var failure = Assert.Throws<ScriptException>(() => Scripts.Rows(maps, "{\"_id\":\"a\"}", "{\"_id\":\"b\",\"bad\":1}", "{\"_id\":\"c\"}"));

        Assert.Equal((error, reason), (failure.Error, failure.Reason));
        Assert.Equal(["0.0 \"a\":null"], Scripts.Rows(maps, "{\"_id\":\"a\"}"));
    }

    [Fact]
    public void What_hangs_is_ended()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        Action<string> hung = _ => time.Advance(TimeSpan.FromMinutes(2));
        _options = _options with { Time = time, Log = entry => hung(entry.Message) };
        var maps = Maps("doc => { if (doc.bad) { require('fs').writeSync(2, 'hangs'); for (;;) {} } emit(1) }".Replace("require", "process.mainModule.require", StringComparison.Ordinal));

        var failure = Assert.Throws<ScriptException>(() => Scripts.Rows(maps, "{\"bad\":1}"));

        Assert.Equal("OS process timed out.", failure.Reason);
        Assert.Equal(["0.0 1:null"], Scripts.Rows(maps, "{}"));
    }

    /// <summary>Review, house A8: programs end when they are idle, and then nothing wakes the process up.</summary>
    [Fact]
    public void A_timer_runs_only_while_there_are_idle_programs()
    {
        var time = new CountedTimers();
        _options = _options with { Time = time };
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(["0.0 1:null"], Scripts.Rows(Maps("doc => emit(1)"), "{}"));
            Assert.Equal((1, 1), (_factory.Processes, time.Active));
            time.Advance(_options.IdleTime - TimeSpan.FromSeconds(1));
            Assert.Equal(1, _factory.Processes);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((0, 0), (_factory.Processes, time.Active));
        }
    }

    [Fact]
    public void Logs_and_compilation_errors_and_a_bare_environment()
    {
        Environment.SetEnvironmentVariable("CLOUDWALL_TEST_SECRET", "s");

        Assert.Equal(["0.0 null:null"], Scripts.Rows(Maps("doc => { log('hello'); emit(process.env.CLOUDWALL_TEST_SECRET) }"), "{}"));

        Assert.Contains("hello", _logged);
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => Maps("doc => {")).Error);
    }

    [Fact]
    public void Databases_do_not_share_processes_of_which_there_are_so_many()
    {
        foreach (var scope in (string[])["a", "b", "c", "d"])
        {
            _factory.CreateMaps(scope, new MapSource("foo", ["doc => {}"], default), _options);
        }

        Assert.Equal(2, _factory.Processes);
    }

    [Fact]
    public void Languages_come_from_the_environment_and_unknown_ones_are_refused()
    {
        var found = QueryServerFactory.FromEnvironment(new System.Collections.Hashtable { ["COUCHDB_QUERY_SERVER_FOO"] = "foo -x", ["PATH"] = "y" });
        using var host = new ScriptHost(_options, new CloudWall.Scripting.Running.InlineRunner(), _factory);

        Assert.Equal("foo -x", Assert.Single(found, language => language.Key == "foo").Value);
        Assert.Equal("unknown_query_language", Assert.Throws<ScriptException>(() => host.Maps("db", new MapSource("bar", ["x"], default))).Error);
        host.Maps("db", new MapSource("Foo", ["doc => {}"], default));
        host.DropScope("db");
        Assert.Equal(0, _factory.Processes);
    }

    private MapFunctions Maps(params string[] functions) => _factory.CreateMaps("db", new MapSource("foo", functions, default), _options);

    private sealed class Listing : ListExchange
    {
        private readonly Queue<string> _rows = new(["{\"key\":\"a\"}", "{\"key\":\"b\"}"]);

        public string Text { get; private set; } = "";

        public override void Start(ReadOnlyMemory<byte> response) => Text += Scripts.Text(response);

        public override void Send(ReadOnlyMemory<byte> text) => Text += Scripts.Text(text);

        public override bool TryGetRow(out ReadOnlyMemory<byte> row)
        {
            var any = _rows.TryDequeue(out var text);
            row = any ? Scripts.Utf8(text!) : default;
            return any;
        }
    }
}
