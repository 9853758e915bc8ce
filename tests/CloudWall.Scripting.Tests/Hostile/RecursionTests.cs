namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review, attack 1 and difference F9: recursion is deep enough, and ends as an error.</summary>
public sealed class RecursionTests
{
    private const string Start = """{"_id":"a"}""";
    private readonly Scripts _scripts = new();

    [Fact]
    public void Eight_thousand_calls_pass() =>
        Assert.Equal(["0.0 8000:null"], _scripts.Map("function(doc) { function f(n) { return n ? f(n - 1) + 1 : 0; } emit(f(8000), null); }", Start));

    [Fact]
    public void Five_thousand_levels_pass()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));
        var maps = _scripts.Maps("", "function(doc) { emit(doc.x.length, doc.x); }", "function(doc) { doc.y = 1; emit(null, doc.x); }");
        Assert.Equal([$"0.0 1:{deep}", $"0.1 null:{deep}"], Scripts.Rows(maps, $$"""{"_id":"a","x":{{deep}}}"""));
    }

    [Theory]
    [InlineData("function f(n) { return f(n + 1) + 1; } f(0)")]
    [InlineData("Array.from([1], function f() { return Array.from([1], f); })")]
    [InlineData("var f = function() {}; for (var i = 0; i < 1e6; i++) { f = f.bind(null); } f()")]
    [InlineData("var e = new Error(); e.message = e; '' + e")]
    [InlineData("(function* g() { yield* g(); })().next()")]
    [InlineData("var o = { get x() { return this.x; } }; o.x")]
    [InlineData("var o = { toString: function() { return '' + this; } }; '' + o")]
    [InlineData("String.raw({ get raw() { return String.raw(this); } })")]
    [InlineData("JSON.parse('[1]', function r() { return JSON.parse('[1]', r); })")]
    [InlineData("JSON.stringify({ toJSON: function() { return JSON.stringify(this); } })")]
    [InlineData("[1].map(function m() { return [1].map(m); })")]
    [InlineData("'a'.replace(/a/, function r() { return 'a'.replace(/a/, r); })")]
    [InlineData("[2, 1].sort(function s() { return [2, 1].sort(s) && 0; })")]
    [InlineData("var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } JSON.stringify(a)")]
    [InlineData("var a = []; for (var i = 0; i < 1e5; i++) { a = [a]; } a.flat(Infinity)")]
    [InlineData("JSON.parse(new Array(1e6).join('['))")]
    [InlineData("eval(new Array(1e5).join('(') + new Array(1e5).join(')'))")]
    [InlineData("new Function('return ' + new Array(1e5).join('[') + new Array(1e5).join(']'))()")]
    [InlineData("new RegExp(new Array(1e5).join('(?:') + new Array(1e5).join(')'))")]
    [InlineData("/(x*)*y/.test(new Array(1e5).join('x'))")]
    [InlineData("emit.call.call.call.call(function f() { emit.call.call(f) })")]
    [InlineData("Reflect.apply(function f() { Reflect.apply(f, null, []) }, null, [])")]
    public void Endless_recursion_costs_the_document_its_rows(string statement)
    {
        var scripts = new Scripts(new ScriptLimits { Timeout = TimeSpan.FromSeconds(2) });
        try
        {
            var rows = scripts.Map($"function(doc) {{ emit(1, null); {statement}; emit(2, null); }}", Start);
            Assert.True(rows.Length is 0 or 2, string.Join(",", rows));
        }
        catch (ScriptException e)
        {
            Assert.Equal("os_process_error", e.Error);
        }

        Assert.Equal(["0.0 1:null"], scripts.Map("function(doc) { emit(1, null); }", Start));
    }
}
