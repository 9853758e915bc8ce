using CloudWall.Scripting.DesignDocuments;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Code that does not end, in every place where code can run.</summary>
public sealed class EndlessTests
{
    private static readonly ScriptLimits Limits = new() { Timeout = TimeSpan.FromMilliseconds(100), RegexTimeout = TimeSpan.FromMilliseconds(100) };

    private readonly Scripts _scripts = new(Limits);

    public static TheoryData<string> Endless =>
    [
        "for (;;) {}",
        "while (true) { doc._id; }",
        "do { } while (1)",
        "for (;;) { try { throw 1 } catch (e) { } finally { continue } }",
        "for (;;) { try { for (;;) {} } catch (e) { } }",
        "try { for (;;) {} } finally { for (;;) {} }",
        "(function f() { for (;;) [1].forEach(function() {}) })()",
        "[3, 1, 2].sort(function() { for (;;) {} })",
        "var o = {get x() { for (;;) {} }}; o.x",
        "emit({toJSON: function() { for (;;) {} }})",
        "emit({get x() { for (;;) {} }})",
        "JSON.stringify({toJSON: function() { for (;;) {} }})",
        "JSON.parse('[1]', function() { for (;;) {} })",
        "'' + {toString: function() { for (;;) {} }}",
        "+{valueOf: function() { for (;;) {} }}",
        "log({toJSON: function() { for (;;) {} }})",
        "eval('for (;;) {}')",
        "Function('for (;;) {}')()",
        "new (function() { for (;;) {} })()",
        "(function*() { for (;;) yield 1 })().next(); for (var x of (function*() { for (;;) yield 1 })()) {}",
        "throw {toString: function() { for (;;) {} }}",
        "throw {get name() { for (;;) {} }, get stack() { for (;;) {} }}",
        "'a'.replace(/a/, function() { for (;;) {} })",
        "Array.from({length: 1}, function() { for (;;) {} })",
        "Array.from((function*() { for (;;) yield 1 })())",
        "var m = new Map([[1, 1]]); m.forEach(function(v, k) { m.delete(k); m.set(k, v); })",
        "sum({get x() { for (;;) {} }})",
        "label: for (;;) { continue label }",
        "(async function() { for (;;) {} })()",
        "/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')",
        "new RegExp('^(\\\\w+\\\\s?)*$').exec('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')",
        "for (;;) try { /^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!') } catch (e) { }",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.match(/^(a+)+$/)",
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.replace(/^(a+)+$/g, '')",
        "parseInt({toString: function() { for (;;) {} }})",
        "Object.defineProperty([], 'length', {get value() { for (;;) {} }})",
        "new Array(4e6).fill(1).map(function(x) { return new Array(4e6).fill(x) })",
    ];

    [Theory]
    [MemberData(nameof(Endless))]
    public void A_map_function_is_stopped_and_the_next_call_is_served(string statement)
    {
        var maps = _scripts.Maps("", $"function(doc) {{ if (doc.bad) {{ {statement} }} emit(doc._id); }}");
        AssertStopped(() => Scripts.Rows(maps, """{"_id":"a","bad":true}"""));
        Assert.Equal(["0.0 \"b\":null"], Scripts.Rows(maps, """{"_id":"b"}"""));
    }

    [Theory]
    [InlineData("for (;;) {}; (function() {})")]
    [InlineData("(function() { for (;;) {} })(), function() {}")]
    public void A_function_whose_text_does_not_end_is_stopped(string text) => AssertStopped(() => _scripts.Maps("", text));

    [Fact]
    public void A_module_that_does_not_end_is_stopped() =>
        AssertStopped(() => Scripts.Rows(_scripts.Maps("""{"a":"for (;;) {}"}""", "function() { require('views/lib/a'); }"), "{}"));

    [Fact]
    public void A_reduce_function_is_stopped()
    {
        var functions = _scripts.Reduces("function(k, v, r) { while (r) {} return 1; }");
        AssertStopped(() => functions.Rereduce(0, [Scripts.Utf8("1")], TestContext.Current.CancellationToken));
        Assert.Equal("1", Scripts.Text(functions.Reduce([], TestContext.Current.CancellationToken)[0]));
    }

    [Theory]
    [InlineData("""{"filters":{"f":"function() { for (;;) {} }"}}""")]
    [InlineData("""{"filters":{"f":"for (;;) {}"}}""")]
    [InlineData("""{"filters":{"f":"function() { return this.x.y }"},"x":{"toString":1},"validate_doc_update":"function() { for (;;) {} }"}""")]
    public void A_function_of_a_design_document_is_stopped(string document)
    {
        var design = _scripts.Design(document);
        var cancellation = TestContext.Current.CancellationToken;
        AssertStopped(() =>
        {
            if (design.HasValidation)
            {
                var none = Scripts.Utf8("{}");
                design.Validate(new ValidationArguments(none, none, none, none), cancellation);
            }
            design.Filter("f", [Scripts.Utf8("{}")], Scripts.Utf8("{}"), cancellation);
        });
    }

    [Theory]
    [InlineData("throw {get forbidden() { for (;;) {} }}")]
    [InlineData("throw {forbidden: {toJSON: function() { for (;;) {} }}}")]
    public void What_validation_throws_is_read_in_limited_time(string statement) =>
        AssertStopped(() =>
        {
            var none = Scripts.Utf8("{}");
            _scripts.Design($$"""{"validate_doc_update":"function() { {{statement}} }"}""")
                .Validate(new ValidationArguments(none, none, none, none), TestContext.Current.CancellationToken);
        });

    [Fact]
    public void The_caller_may_give_up()
    {
        using var source = new CancellationTokenSource();
        var scripts = new Scripts(new ScriptLimits { Timeout = TimeSpan.FromMinutes(5) });
        var maps = new JavaScript.JavaScriptFactoryProbe(scripts).Maps("function() { log('begun'); for (;;) {} }", source.Cancel);
        Assert.ThrowsAny<OperationCanceledException>(() => maps.Map([Scripts.Utf8("{}")], source.Token));
    }

    [Fact]
    public void Each_document_has_the_time_of_its_own()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var scripts = new Scripts(new ScriptLimits { Timeout = TimeSpan.FromSeconds(5) }, time);
        var maps = new JavaScript.JavaScriptFactoryProbe(scripts).Maps(
            "function(doc) { log(doc.n); emit(doc.n); }", () => time.Advance(TimeSpan.FromSeconds(3)));
        using var results = maps.Map([.. Enumerable.Range(0, 10).Select(n => Scripts.Utf8($"{{\"n\":{n}}}"))], TestContext.Current.CancellationToken);
        Assert.Equal(10, results.Count);
    }

    private static void AssertStopped(Action call)
    {
        var e = Assert.Throws<ScriptException>(call);
        Assert.True(e.Error is "os_process_error" or "InternalError", e.Message);
    }
}
