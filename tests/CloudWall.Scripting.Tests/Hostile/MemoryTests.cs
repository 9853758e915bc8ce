namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Code that wants all memory, or to give back more than anybody could store.</summary>
public sealed class MemoryTests
{
    private const long Memory = 32 << 20;

    private static readonly ScriptLimits Limits = new()
    {
        Memory = Memory,
        StringLength = 4 << 20,
        ArrayLength = 1 << 20,
        Output = 4 << 20,
        Timeout = TimeSpan.FromSeconds(2),
    };

    private readonly Scripts _scripts = new(Limits);

    public static TheoryData<string> Bombs =>
    [
        "var s = 'x'; for (;;) s += s",
        "var s = 'x'; for (;;) s = s + s; ",
        "var s = 'x'; for (;;) s = `${s}${s}`",
        "var s = ['x']; for (;;) s = [s.join('') + s.join('')]",
        "var l = []; for (;;) l.push(l.length)",
        "var l = []; for (;;) l.push({a: l.length})",
        "var l = [1]; for (;;) l = l.concat(l)",
        "var l = [1]; for (;;) l = [...l, ...l]",
        "var l = []; for (;;) l.push('x'.repeat(1e5) + l.length)",
        "var o = {}; for (var i = 0; ; i++) o['k' + i] = i",
        "var o = null; for (;;) o = {o: o}",
        "var m = new Map(); for (var i = 0; ; i++) m.set(i, i)",
        "var s = new Set(); for (var i = 0; ; i++) s.add('v' + i)",
        "'x'.repeat(5e8)",
        "'x'.padEnd(5e8)",
        "'x'.padStart(5e8, 'abc')",
        "'xxxxxxxxxx'.repeat({valueOf: function() { return 5e7 }})",
        "new Array(5e8).join('x')",
        "new Array(1e6).join('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "new Array(5e8).fill('x')",
        "Array(4294967295).toString()",
        "Array.from({length: 4294967295})",
        "Array.apply(null, {length: 5e8})",
        "[].concat.apply([], Array(1e6).fill(Array(1e6).fill(1)))",
        "var l = []; l[4294967294] = 1; l.fill(2)",
        "var l = []; l.length = 4294967295; l.map(function() { return 1 })",
        "Object.keys('x'.repeat(4e6).split(''))",
        "var t = JSON.stringify(new Array(1e6).fill('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'))",
        "var t = '[' + '1,'.repeat(1e6) + '1]'; for (;;) JSON.parse(t)",
        "JSON.stringify([1, [2]], null, '          '); var o = []; for (var i = 0; i < 1e3; i++) o = [o, o]; JSON.stringify(o)",
        "'x'.repeat(2e6).replace(/x/g, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "'x'.repeat(2e6).split('x').join('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')",
        "'x'.repeat(2e6).replaceAll('x', '$`')",
        "var s = 'x'.repeat(4e6); var l = []; for (;;) l.push(s.toUpperCase())",
        "String.raw({raw: new Array(1e6).fill('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')})",
        "new Uint8Array(1e9)",
        "new ArrayBuffer(2e9)",
        "encodeURIComponent('\\u0800'.repeat(4e6))",
        "escape('\\u0800'.repeat(4e6))",
        "for (;;) eval('var a' + Math.random().toString().slice(2) + ' = 1')",
        "log('x'.repeat(4e6)); for (;;) log('x'.repeat(1e6))",
        "for (;;) emit('x', 1)",
        "emit('x'.repeat(4e6) + 'x'.repeat(4e6))",
        "var o = 'x'.repeat(1e6); for (var i = 0; i < 100; i++) emit(o, o)",
        "var o = ['x'.repeat(1e5)]; for (var i = 0; i < 16; i++) o = [o, o]; emit(o)",
        "var x = 'y'.repeat(4e6); for (var i = 0; i < 9; i++) x = x + x; emit(x)",
    ];

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_map_function_gets_no_more_than_its_share(string statement)
    {
        var maps = _scripts.Maps("", $"function(doc) {{ if (doc.bad) {{ {statement} }} else emit(doc._id); }}");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = 0;
        try
        {
            using var results = maps.Map([Scripts.Utf8("""{"_id":"a","bad":true}""")], TestContext.Current.CancellationToken);
            rows = results.Count;
        }
        catch (ScriptException e)
        {
            Assert.True(e.Error is "InternalError" or "os_process_error", e.Message);
        }

        // Either stopped, or refused with an error the function could have caught: nothing came out.
        Assert.Equal(0, rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12 * Memory);
        Assert.Equal(["0.0 \"b\":null"], Scripts.Rows(maps, """{"_id":"b"}"""));
    }

    [Theory]
    [InlineData("function f() { return f() + 1 } f()")]
    [InlineData("(function f(n) { [1].map(function() { f(n + 1) }) })(0)")]
    [InlineData("var o = {get x() { return this.x }}; o.x")]
    [InlineData("var o = {toString: function() { return '' + this }}; '' + o")]
    [InlineData("var o = {toJSON: function() { return JSON.stringify(o) }}; JSON.stringify(o)")]
    [InlineData("function F() { new F() } new F()")]
    [InlineData("var s = 'eval(s)'; eval(s)")]
    [InlineData("function f() { Function('f', 'f()')(f) } f()")]
    [InlineData("[1].sort.call([2, 1], function f() { return [2, 1].sort(f) })")]
    [InlineData("'x'.replace(/x/, function f() { return 'x'.replace(/x/, f) })")]
    [InlineData("var o = []; for (var i = 0; i < 1e5; i++) o = [o]; emit(o)")]
    [InlineData("var o = []; for (var i = 0; i < 1e5; i++) o = [o]; o.toString()")]
    [InlineData("var o = []; for (var i = 0; i < 1e5; i++) o = [o]; o.flat(Infinity); throw 1")]
    [InlineData("var s = ''; for (var i = 0; i < 1e5; i++) s += '['; JSON.parse(s)")]
    [InlineData("eval('(' + '['.repeat(1e5))")]
    [InlineData("eval('1' + '+1'.repeat(1e5)); throw 1")]
    [InlineData("eval('-'.repeat(0) + '!'.repeat(1e5) + '1'); throw 1")]
    [InlineData("new RegExp('('.repeat(1e5) + ')'.repeat(1e5)); throw 1")]
    [InlineData("(function f() { try { f() } finally { f() } })()")]
    [InlineData("(function f() { try { f() } catch (e) { f() } })()")]
    [InlineData("function f() { f.apply(this, arguments) } f(1)")]
    [InlineData("var f = function() { f.bind(null)() }; f()")]
    [InlineData("var o = {}; o.o = o; emit(o)")]
    public void Deep_recursion_ends_in_an_error(string statement)
    {
        var maps = _scripts.Maps("", $"function(doc) {{ if (doc.bad) {{ {statement} }} emit(doc._id); }}");
        try
        {
            Assert.Empty(Scripts.Rows(maps, """{"_id":"a","bad":true}"""));
        }
        catch (ScriptException e)
        {
            Assert.True(e.Error is "InternalError" or "os_process_error", e.Message);
        }
        Assert.Equal(["0.0 \"b\":null"], Scripts.Rows(maps, """{"_id":"b"}"""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Text_that_is_nested_too_deep_is_refused(int kind)
    {
        var nested = kind == 0 ? new string('(', 100_000) : "function() { return " + new string('[', 100_000);
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => _scripts.Maps("", nested)).Error);
    }

    [Fact]
    public void A_document_that_is_nested_too_deep_costs_only_an_error()
    {
        var maps = _scripts.Maps("", "d => emit(1)");
        var deep = "{\"_id\":\"a\",\"d\":" + new string('[', 100_000) + new string(']', 100_000) + "}";
        Assert.Throws<ScriptException>(() => Scripts.Rows(maps, deep));
        Assert.Equal(["0.0 1:null"], Scripts.Rows(maps, "{}"));
    }

    [Fact]
    public void A_reduce_function_cannot_give_back_more_than_may_be_stored()
    {
        var functions = _scripts.Reduces("function() { return new Array(1e6).fill('xxxxxxxxxxxxxxxxxxxx') }", "function() { return 'x'.repeat(1e9) }");
        Assert.Equal("InternalError", Assert.Throws<ScriptException>(() => functions.Rereduce(0, [], TestContext.Current.CancellationToken)).Error);
        Assert.Equal("null", Scripts.Text(functions.Rereduce(1, [], TestContext.Current.CancellationToken)));
    }
}
