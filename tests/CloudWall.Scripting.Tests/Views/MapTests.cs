using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.Views;

public sealed class MapTests
{
    private readonly Scripts _scripts = new();

    [Fact]
    public void Rows_come_in_order_of_documents_functions_and_calls_of_emit()
    {
        var maps = _scripts.Maps("", "function(doc) { emit(doc.a, 1); emit(doc.a, 2); }", "doc => emit([doc._id], {v: doc.a})");
        Assert.Equal(
            ["0.0 5:1", "0.0 5:2", "0.1 [\"x\"]:{\"v\":5}", "1.0 null:1", "1.0 null:2", "1.1 [\"y\"]:{}"],
            Scripts.Rows(maps, """{"_id":"x","a":5}""", """{"_id":"y"}"""));
    }

    [Theory]
    [InlineData("emit()", "null:null")]
    [InlineData("emit(undefined, function() {})", "null:null")]
    [InlineData("emit(NaN, Infinity)", "null:null")]
    [InlineData("emit(-0, 1e21)", "0:1e+21")]
    [InlineData("emit(new Date(0), 0.1 + 0.2)", "\"1970-01-01T00:00:00.000Z\":0.30000000000000004")]
    [InlineData("emit('\\u0000', '\\ud83d\\ude00')", "\"\\u0000\":\"😀\"")]
    [InlineData("emit('\\ud800', 'é')", "\"\uFFFD\":\"é\"")]
    [InlineData("emit(JSON.stringify('\\ud800') + '\\udc00x', 1)", "\"\\\"\\\\ud800\\\"\uFFFDx\":1")]
    [InlineData("emit(12345678901234567890, 9007199254740993)", "12345678901234567000:9007199254740992")]
    [InlineData("emit([undefined, function(){}], {a: undefined, b: 1})", "[null,null]:{\"b\":1}")]
    [InlineData("emit(1, new TypeError('x'))", "1:{\"error\":\"TypeError\",\"message\":\"x\"}")]
    public void Keys_and_values_are_what_stringify_makes_of_them(string call, string expected) =>
        Assert.Equal(["0.0 " + expected], _scripts.Map($"function(doc) {{ {call}; }}"));

    /// <summary>What a CouchDB 3.5.0 says of functions that do not give rows at once, and of others that are none.</summary>
    [Theory]
    [InlineData("async function(doc) { emit(1); }", "SyntaxError: function name expected")]
    [InlineData("/* c */ async  function(doc) { emit(1); };", "SyntaxError: function name expected")]
    [InlineData("function*(doc) { emit(1); yield 1; }", "SyntaxError: function name expected")]
    [InlineData("async function*(doc) { emit(1); }", "SyntaxError: function name expected")]
    [InlineData("async function named(doc) { emit(1); }", "Expression does not eval to a function.")]
    [InlineData("function* named(doc) { emit(1); }", "Expression does not eval to a function.")]
    [InlineData("async (doc) => { emit(1); await 1; }", "Expression does not eval to a function.")]
    [InlineData("(async function(doc) { emit(1); })", "Expression does not eval to a function.")]
    [InlineData("class X { constructor(doc) { emit(1); } }", "Expression does not eval to a function.")]
    [InlineData("function a(doc) { emit(1); } function b(doc) { emit(2); }", "Expression does not eval to a function.")]
    [InlineData("x: function(doc) { emit(1); }", "SyntaxError: function name expected")]
    [InlineData("   ", "Expression does not eval to a function.")]
    public void What_is_no_plain_function_does_not_compile(string text, string reason)
    {
        var failure = Assert.Throws<ScriptException>(() => _scripts.Map(text));
        Assert.Equal(("compilation_error", $"{reason} ({text})"), (failure.Error, failure.Reason));
    }

    /// <summary>What a promise does comes after the rows were taken.</summary>
    [Theory]
    [InlineData("function(doc) { emit('x'); Promise.resolve().then(function() { emit('late'); }); }")]
    [InlineData("function(doc) { emit(Promise.resolve(1), (function*() { yield 1; })()); }")]
    public void Promises_cost_what_CouchDB_makes_of_them(string text)
    {
        var rows = _scripts.Map(text);
        Assert.Empty(rows);
    }

    [Fact]
    public void A_key_that_changes_after_emit_is_seen_as_it_is_in_the_end() =>
        Assert.Equal(["0.0 [1,2]:null", "0.0 [1,2]:null"], _scripts.Map("function(doc) { var k = [1]; emit(k); k.push(2); emit(k); }"));

    [Fact]
    public void A_document_in_which_a_function_throws_gives_no_rows_for_it_and_is_logged()
    {
        var maps = _scripts.Maps("", "function(doc) { emit(1); if (doc.bad) throw new Error('no'); emit(doc.x.y); }", "function(doc) { emit(2); }");
        Assert.Equal(
            ["0.1 2:null", "1.0 1:null", "1.0 3:null", "1.1 2:null", "2.1 2:null"],
            Scripts.Rows(maps, """{"_id":"a","bad":1}""", """{"_id":"b","x":{"y":3}}""", """{"_id":"c"}"""));
        Assert.Equal("function raised exception Error: no with doc._id a", _scripts.Logged[0]);
        Assert.EndsWith("with doc._id c", _scripts.Logged[1], StringComparison.Ordinal);
        Assert.StartsWith("function raised exception TypeError: ", _scripts.Logged[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_made_json_costs_the_document_its_rows() =>
        Assert.Empty(_scripts.Map("function(doc) { emit(1); var o = {}; o.o = o; emit(o); }"));

    [Theory]
    [InlineData("throw 'fatal_error'", "map_runtime_error", "function raised 'fatal_error'")]
    [InlineData("throw ['fatal', 'some', 'thing']", "some", "thing")]
    public void A_function_may_ask_for_the_whole_to_fail(string statement, string error, string reason)
    {
        var e = Assert.Throws<ScriptException>(() => _scripts.Map($"function(doc) {{ {statement}; }}"));
        Assert.Equal((error, reason), (e.Error, e.Reason));
    }

    [Fact]
    public void Documents_are_sealed_and_writing_to_them_has_no_effect()
    {
        Assert.Equal(
            ["0.0 [\"cat\",[1],{\"b\":1}]:\"undefined\""],
            _scripts.Map(
                "function(doc) { doc.kind = 'x'; doc.extra = 1; delete doc.kind; doc.o.b = 2; doc.l[0] = 9; emit([doc.kind, doc.l, doc.o], typeof doc.extra); }",
                """{"_id":"a","kind":"cat","l":[1],"o":{"b":1}}"""));
        Assert.Empty(_scripts.Map("function(doc) { doc.l.push(2); emit(1); }", """{"_id":"a","l":[1]}"""));
    }

    [Theory]
    [InlineData("function(doc) { emit(1) };")]
    [InlineData("// remark\nfunction(doc) { emit(1) }\n// end")]
    [InlineData("/* remark */ function (doc) { emit(1) }")]
    [InlineData("(function(doc) { emit(1) })")]
    [InlineData("(function named(doc) { emit(1) })")]
    [InlineData("doc => emit(1)")]
    [InlineData("var one = 1; (function(doc) { emit(one) })")]
    public void Functions_may_be_written_in_several_ways(string source) => Assert.Equal(["0.0 1:null"], _scripts.Map(source));

    [Theory]
    [InlineData("42", "Expression does not eval to a function. (42)")]
    [InlineData("function named(doc) { emit(1) }", "Expression does not eval to a function. (function named(doc) { emit(1) })")]
    [InlineData("nosuch", "ReferenceError: ")]
    [InlineData("function(doc) { return 1 +; }", "SyntaxError: ")]
    [InlineData("not a function", "SyntaxError: ")]
    [InlineData("function(doc){", "SyntaxError: ")]
    public void What_is_no_function_is_refused(string source, string reason)
    {
        var e = Assert.Throws<ScriptException>(() => _scripts.Maps("", source));
        Assert.Equal("compilation_error", e.Error);
        Assert.StartsWith(reason, e.Reason, StringComparison.Ordinal);
        Assert.EndsWith($"({source})", e.Reason, StringComparison.Ordinal);
    }

    /// <summary>Review, difference F18: an empty text is no function, as in CouchDB.</summary>
    [Fact]
    public void An_empty_text_is_missing()
    {
        var map = Assert.Throws<ScriptException>(() => _scripts.Maps("", ""));
        var reduce = Assert.Throws<ScriptException>(() => _scripts.Reduces(""));
        Assert.Equal(("not_found", "missing function"), (map.Error, map.Reason));
        Assert.Equal(("not_found", "missing function"), (reduce.Error, reduce.Reason));
    }

    /// <summary>Review, difference F2: code may come before the anonymous function.</summary>
    [Theory]
    [InlineData("function h(x) { return x + '!'; }\nfunction(doc) { emit(h(doc._id), 1); }")]
    [InlineData("var h = function(x) { return x + '!'; }\nfunction(doc) { emit(h(doc._id), 1); }")]
    [InlineData("let bang = '!'; function(doc) { emit(doc._id + bang, 1); };")]
    [InlineData("class C { static h(x) { return x + '!'; } } function(doc) { emit(C.h(doc._id), 1); }")]
    [InlineData("if (true) { var bang = '!'; }\nfunction(doc) { emit(doc._id + bang, 1); }")]
    [InlineData("\"use strict\";\nfunction(doc) { emit(doc._id + (this === undefined ? '!' : '?'), 1); }")]
    [InlineData("\uFEFFfunction(doc) { emit(doc._id + '!', 1); }")]
    [InlineData("<!-- an old habit\nfunction(doc) { emit(doc._id + '!', 1); }")]
    [InlineData("/* function( */ // function(\nfunction(doc) { emit(doc._id + '!', 1); }")]
    [InlineData("var s = `function(${(function() { return ''; })()}`, r = /function(/.source.length ? '' : '';\nfunction(doc) { emit(doc._id + '!' + r, 1); }")]
    public void Code_may_come_before_the_function(string source)
    {
        if (source.Contains("/function(/", StringComparison.Ordinal))
        {
            source = source.Replace("/function(/", "/function\\(/", StringComparison.Ordinal);
        }

        Assert.Equal(["0.0 \"a!\":1"], _scripts.Map(source));
    }

    [Fact]
    public void Helpers_are_those_of_CouchDB()
    {
        Assert.Equal(
            """[true,false,"function","function","function","object","function","function","undefined","undefined","undefined",3]""",
            _scripts.Evaluate("[isArray([]), isArray({}), typeof toJSON, typeof sum, typeof log, typeof JSON, typeof send, typeof require, "
                + "typeof console, typeof setTimeout, typeof Promise, sum([1, 2])]"));
        Assert.Equal("\"{\\\"a\\\":[1,\\\"x\\\",null]}\"", _scripts.Evaluate("toJSON({a: [1, 'x', null]})"));
        Assert.Equal("\"emit/2 sum/1 log/1 provides/2 registerType/0 start/1 send/1 getRow/0 isArray/1 require/2\"", _scripts.Evaluate(
            "[emit, sum, log, provides, registerType, start, send, getRow, isArray, require].map(f => f.name + '/' + f.length).join(' ')"));
    }

    [Fact]
    public void Log_takes_anything()
    {
        _scripts.Map("function(doc) { log('hello'); log({a: 1}); log(undefined); log(new Error('x')); }");
        Assert.Equal(["hello", "{\"a\":1}", "undefined", "{\"error\":\"Error\",\"message\":\"x\"}"], _scripts.Logged);
    }

    [Fact]
    public void Map_functions_find_modules_in_views_lib()
    {
        var maps = _scripts.Maps(
            """{"util":"exports.twice = function(n) { return n * 2; };","sub":{"deep":"exports.x = require('../util').twice(21);"}}""",
            "function(doc) { emit(require('views/lib/util').twice(doc.n), require('views/lib/sub/deep').x); }",
            "function(doc) { emit(require('views/lib/nope').x, 1); }");
        Assert.Equal(["0.0 6:42", "1.0 8:42"], Scripts.Rows(maps, """{"_id":"a","n":3}""", """{"_id":"b","n":4}"""));
        Assert.Equal(2, _scripts.Logged.Count);
        Assert.Contains("Object has no property \"nope\"", _scripts.Logged[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Deeply_nested_documents_are_read()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500));
        Assert.Equal(["0.0 500:null"], _scripts.Map(
            "function(doc) { var n = 0; for (var d = doc.d; d; d = d[0]) n++; emit(n); }", "{\"_id\":\"a\",\"d\":" + deep + "}"));
    }

    /// <summary>
    /// Review, attack 13: no further document is begun when there is no room for its rows, however documents go into an instance.
    /// </summary>
    [Theory]
    [InlineData("function(doc) { emit(doc.n, 'x'.repeat(1000)); }")]
    [InlineData("function(doc) { seen = doc; emit(doc.n, 'x'.repeat(1000)); }")]
    public void Rows_end_with_the_document_after_which_there_is_no_room(string function)
    {
        var maps = _scripts.Maps("", function);
        var documents = Enumerable.Range(0, 50).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}","n":{{n}}}""")).ToArray();
        var rows = new List<string>();
        for (var from = 0; from < documents.Length;)
        {
            using var results = maps.Map([.. documents.Skip(from)], 5000, TestContext.Current.CancellationToken);
            Assert.InRange(results.Documents, 1, 5);
            Assert.Equal(results.Documents, results.Count);
            Assert.InRange(results.Bytes, 1000, 6100);
            rows.AddRange(Enumerable.Range(0, results.Count).Select(i => Scripts.Text(results[i].Key)));
            from += results.Documents;
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(static n => $"{n}"), rows);
    }

    /// <summary>Review, house A3: documents that take long are mapped a few at a time, so that others' turn comes.</summary>
    [Theory]
    [InlineData("function(doc) { for (var i = 0; i < 5; i++) new Date(); emit(doc.n); }")]
    [InlineData("function(doc) { seen = doc; for (var i = 0; i < 5; i++) new Date(); emit(doc.n); }")]
    public void Documents_that_take_long_are_left_for_later(string function)
    {
        // Each look at the clock costs 50 ms.
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(50) };
        var maps = new Scripts(new ScriptLimits { Timeout = TimeSpan.FromHours(1) }, time).Maps("", function);
        var documents = Enumerable.Range(0, 20).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}","n":{{n}}}""")).ToArray();
        var rows = new List<string>();
        for (var from = 0; from < documents.Length;)
        {
            using var results = maps.Map([.. documents.Skip(from)], TestContext.Current.CancellationToken);
            Assert.InRange(results.Documents, 1, 4);
            rows.AddRange(Enumerable.Range(0, results.Count).Select(i => Scripts.Text(results[i].Key)));
            from += results.Documents;
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(static n => $"{n}"), rows);
    }

    [Fact]
    public void Several_threads_may_use_the_same_functions()
    {
        var maps = _scripts.Maps("", "function(doc) { emit(doc.n); }");
        Parallel.For(0, 64, n => Assert.Equal([$"0.0 {n}:null"], Scripts.Rows(maps, $"{{\"_id\":\"a\",\"n\":{n}}}")));
    }
}
