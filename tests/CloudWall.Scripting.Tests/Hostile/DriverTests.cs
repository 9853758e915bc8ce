using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Views;
using CloudWall.Scripting.Wasm;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review of the sandbox, 1: functions do not reach the driver, and the host does not depend on what it says.</summary>
public sealed class DriverTests
{
    private const string Document = """{"_id":"a","_rev":"1-a","tags":["x"],"o":{}}""";
    private readonly Scripts _scripts = new(new ScriptLimits { Timeout = TimeSpan.FromSeconds(2) });

    /// <summary>What code reaches from what it is given: constructors of functions, of documents, of what is thrown at it.</summary>
    private static readonly string[] Ways =
    [
        "emit.constructor", "log.constructor", "sum.constructor", "getRow.constructor", "send.constructor", "start.constructor",
        "provides.constructor", "registerType.constructor", "isArray.constructor", "toJSON.constructor", "JSON.parse.constructor",
        "emit.__proto__.constructor", "JSON.parse('[]').constructor.constructor", "JSON.constructor.constructor",
        "(function() { try { require('nope'); } catch (e) { return e.constructor.constructor; } })()",
        "(function() { try { send(null); } catch (e) { return e.constructor.constructor; } })()",
        "(function() { try { require(null); } catch (e) { return e.constructor.constructor; } })()",
        "(function() { try { emit({ get stack() { return nope; } }); } catch (e) { return e.constructor.constructor; } })()",
        "(function() { try { (function f() { emit(1); f(); })(); } catch (e) { return e.constructor.constructor; } })()",
    ];

    private const string Havoc = "['slice','push','join','map','forEach','shift','concat','indexOf','includes','split','reverse','find'].forEach(function(n) { "
        + "[Array, String].forEach(function(c) { c.prototype[n] = function() { return [{length: 1/0}]; }; }); }); "
        + "Array.prototype[Symbol.iterator] = function() { return {next: function() { return {done: false}; }}; }; "
        + "Function.prototype.call = Function.prototype.apply = function() {}; Object.prototype.toJSON = function() { return 'forged'; }; "
        + "Object.defineProperty(Object.prototype, '0', {set: function() {}, get: function() { return 'forged'; }}); "
        + "Object.hasOwn = Object.freeze = JSON.stringify = JSON.parse = Reflect.apply = Reflect.ownKeys = String = Boolean = function() { return 'forged'; };";

    public static TheoryData<string> WaysOut => [.. Ways];

    [Theory]
    [MemberData(nameof(WaysOut))]
    public void What_functions_reach_is_not_the_drivers(string way)
    {
        var maps = _scripts.Maps(
            """{"m":"exports.x = 1"}""",
            $"(function() {{ var F = {way}; try {{ F({System.Text.Json.JsonSerializer.Serialize(Havoc)})(); }} catch (e) {{ }} "
                + "return function(doc) { emit(doc._id, [doc.tags[0], 1]); emit(require('views/lib/m').x); }; })()",
            "function(doc) { emit(doc._rev); }");
        Assert.Equal(["0.0 \"a\":[\"x\",1]", "0.0 1:null", "0.1 \"1-a\":null"], Scripts.Rows(maps, Document));
    }

    [Theory]
    [InlineData("doc.constructor.constructor")]
    [InlineData("doc.tags.constructor.constructor")]
    [InlineData("doc.tags.map.constructor")]
    public void What_functions_reach_from_a_document_is_not_the_drivers(string way)
    {
        var maps = _scripts.Maps(
            "", $"function(doc) {{ {way}({System.Text.Json.JsonSerializer.Serialize(Havoc)})(); emit(1); emit(2); }}", "function(doc) { emit(doc._rev); }");
        Assert.Equal(["0.0 1:null", "0.0 2:null", "0.1 \"1-a\":null", "1.0 1:null", "1.0 2:null", "1.1 \"1-a\":null"], Scripts.Rows(maps, Document, Document));
    }

    [Fact]
    public void A_reduce_function_has_nothing_of_the_drivers_for_this()
    {
        var reduce = _scripts.Reduces("function() { return typeof this.length; }", "function(k, v) { this.splice && this.splice(0); return v.length; }");
        var results = reduce.Reduce([new ReduceRow(Scripts.Utf8("1"), Scripts.Utf8("\"a\""), Scripts.Utf8("2"))], TestContext.Current.CancellationToken);
        Assert.Equal(["\"undefined\"", "1"], results.Select(Scripts.Text));
    }

    [Fact]
    public void A_media_type_that_a_request_asks_for_is_a_text()
    {
        var design = _scripts.Design("""
            {"shows":{"a":"function(doc, req) { var all = []; req.headers.Accept = { split: function() { return { map: function(f) { all.push(f); } }; }, toString: function() { return 'text/html'; } }; provides('html', function() { return all.length + ''; }); }"}}
            """);
        Assert.Contains("\"body\":\"0\"", Scripts.Text(design.Show("a", Scripts.Utf8("{}"), Scripts.Utf8("""{"headers":{},"path":[]}"""), TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    /// <summary>
    /// A driver that says over and over that it makes progress is ended when it has said so as often as there are pieces.
    /// </summary>
    [Fact]
    public void No_more_pieces_are_begun_than_there_are()
    {
        var time = new FakeTimeProvider();
        var call = new TimedCall("db", new ScriptHostOptions { Time = time }, CancellationToken.None) { Pieces = 2 };
        for (var i = 0; i < 2; i++)
        {
            call.Progress();
            time.Advance(TimeSpan.FromSeconds(4));
            call.CheckTime();
        }

        Assert.Throws<WasmTrapException>(call.Progress);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("os_process_error", Assert.Throws<ScriptException>(call.CheckTime).Error);
    }

    [Theory]
    [InlineData("[[[[\"\\uD800\",\"\\uDBFFx\"]]]]")]
    [InlineData("[[[[\"\\ud800\",\"\\uDbffx\"]]]]")]
    public void Halves_of_characters_are_found_however_they_are_written(string answer)
    {
        using var results = new MapResults();
        RowReader.Read(Scripts.Utf8(answer).Span, 0, 1, ..1, int.MaxValue, results);
        Assert.Equal(("\"\uFFFD\"", "\"\uFFFDx\""), (Scripts.Text(results[0].Key), Scripts.Text(results[0].Value)));
    }

    [Fact]
    public void An_answer_is_no_deeper_than_a_document_may_be()
    {
        using var results = new MapResults();
        var deep = new string('[', 1 << 16) + new string(']', 1 << 16);
        Assert.Throws<ScriptException>(() => RowReader.Read(Scripts.Utf8($"[[[[{deep},1]]]]").Span, 0, 1, ..1, int.MaxValue, results));
    }
}
