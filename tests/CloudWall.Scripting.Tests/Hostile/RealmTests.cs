using System.Text.Json.Nodes;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review of the sandbox, 6: there are two realms that a function has objects of, its own and that of what it is given.</summary>
public sealed class RealmTests
{
    /// <summary>
    /// Says how an object of a third realm is reached from a value: by names, symbols, getters and prototypes, or that it is one itself.
    /// </summary>
    private const string Strangers = """
        var known = [Object.prototype, Object.getPrototypeOf(Object.getPrototypeOf(log))], seen = new Set();
        function isStranger(value) {
          var last = value, next;
          while ((next = Object.getPrototypeOf(last)) !== null) { last = next; }
          return known.indexOf(last) < 0 && Reflect.ownKeys(last).some(function(key) {
            var member = Object.getOwnPropertyDescriptor(last, key).value;
            return member === undefined || member !== null && typeof member == 'object' || typeof member == 'function';
          });
        }
        function stranger(value, way) {
          if (value === null || typeof value != 'object' && typeof value != 'function' || seen.has(value)) { return; }
          seen.add(value);
          if (isStranger(value)) { return way; }
          var found = stranger(Object.getPrototypeOf(value), way + '.__proto__');
          Reflect.ownKeys(value).some(function(key) {
            var member = Object.getOwnPropertyDescriptor(value, key), path = way + '.' + String(key);
            found = found || stranger(member.value, path) || stranger(member.get, path) || stranger(member.set, path);
            return found;
          });
          return found;
        }
        """;

    private readonly Scripts _scripts = new(new ScriptLimits { Timeout = TimeSpan.FromSeconds(30) });

    /// <summary>What makes the driver fail, each in another way.</summary>
    private static readonly string[] Faults =
    [
        "require('none')",
        "require('empty/x')",
        "require('views/lib/fails')",
        "require('views/lib/fails_badly')",
        "require('views/lib/cannot_be_read')",
        "require('..')",
        "require(Object.create(null))",
        "require('x', { parent: { current: 1n } })",
        "require('', { parent: { current: null } })",
        "require('x', { parent: { current: { get x() { return null.x; } } } })",
        "require('../x', { parent: { current: 1, id: Object.create(null), parent: { parent: {} } } })",
        "require('.', { parent: { get parent() { return null.x; } } })",
        "require(new Array(1e5).join('./'), { parent: { current: 1, parent: 1 } })",
        "log({ toJSON: function() { throw Object.create(null); } })",
        "log({ toJSON: function() { throw Symbol('x'); } })",
        "log({ stack: 1, name: 1, get message() { return null.x; } })",
        "emit(1, { stack: 1, message: 1, get name() { return null.x; } })",
        "emit()",
        "send(null)",
        "send({ toString: function() { return Symbol(); } }); start({}); getRow()",
        "start(1); getRow()",
        "start(Object.freeze({})); getRow()",
        "start({ get headers() { return null.x; } }); getRow()",
        "start({ headers: {}, x: 1n }); getRow()",
        "var o = { headers: {} }; o.o = o; start(o); getRow()",
        "registerType('x', Object.create(null))",
        "registerType(Object.create(null), 'x')",
        "registerType('x', Symbol())",
        "provides()",
        "sum([1n, 1])",
        "sum({ get x() { return null.x; } })",
        "toJSON(1n)",
        "isArray({ get [Symbol.toStringTag]() { return null.x; } })",
        "var o = log; o.x = 1; Object.defineProperty(o, 'x', { value: 1 })",
        "log.caller",
        "emit.arguments",
        "new emit()",
        "new log({ toJSON: function() { throw Object.create(null); } })",
    ];

    public static TheoryData<string> AllFaults => [.. Faults];

    [Theory]
    [MemberData(nameof(AllFaults))]
    public void What_fails_for_a_function_fails_in_its_realms(string fault) =>
        Assert.Equal("nothing", Found($"try {{ {fault} }} catch (e) {{ return stranger(e, 'error'); }}"));

    [Fact]
    public void What_a_function_is_given_leads_to_no_other_realm() =>
        Assert.Equal("nothing", Found("""
            var all = [this, doc, arguments, globalThis, require('views/lib/m'), new Error().stack];
            for (var i = 0; i < all.length; i++) { var found = stranger(all[i], i); if (found) { return found; } }
            """));

    /// <summary>
    /// With each step towards the end of the stack another call of the driver is the one that does not fit. A few large functions fill most
    /// of it, since what is thrown lists all that are on it.
    /// </summary>
    [Theory]
    [InlineData("emit({ stack: 1, name: 1, message: 1 }, { stack: 1, name: 1, message: 1 })")]
    [InlineData("log({ a: [[[[[[1]]]]]] })")]
    [InlineData("log({ toJSON: function() { throw Object.create(null); } })")]
    [InlineData("require('../../x', { parent: { current: 1, id: 'a/b/c', parent: { current: {}, parent: { current: {}, parent: {} } } } })")]
    [InlineData("require('views/lib/m')")]
    [InlineData("start({ headers: { a: [[[[1]]]] }, x: 1n }); send('x'); getRow()")]
    [InlineData("registerType('x', 'y', { toString: function() { return 'z'; } })")]
    [InlineData("provides('x', function() {})")]
    public void What_overflows_the_stack_for_a_function_overflows_it_in_its_realms(string call) =>
        Assert.Equal("nothing", Found($$"""
            var found, tries = 0;
            function attempt() { tries++; try { {{call}} } catch (e) { if (isStranger(Object(e))) { found = tries + ': ' + e; } } }
            function variables(n) { return 'var ' + Array.from({ length: n }, function(_, i) { return 'v' + i; }).join() + ';'; }
            for (var more = 1; more <= 16; more++) {
              var last = Function('attempt', 'return function f() { ' + variables(more) + ' try { f(); } catch (e) { } attempt(); }')(attempt);
              Function('last', 'var back = 0; return function f() { ' + variables(4000) + ' try { f(); } catch (e) { } if (++back == 2) { last(); } }')(last)();
            }
            if (tries < 1000) { return 'not deep enough: ' + tries; }
            return found;
            """));

    [Theory]
    [InlineData("Object.defineProperty(log.constructor('return Array')(), Symbol.hasInstance, { value: function(answer) { log('reached'); } }); return 'x';")]
    [InlineData("registerType({ get ''() { log('reached'); } }, '__proto__'); req.headers.Accept = 'none'; provides('text', function() { });")]
    public void What_the_driver_has_is_not_shown_to_functions(string body)
    {
        var design = _scripts.Design(new JsonObject { ["shows"] = new JsonObject { ["f"] = $"function(doc, req) {{ {body} }}" } }.ToJsonString());
        var request = Scripts.Utf8("""{"headers":{},"path":[]}""");
        try
        {
            design.Show("f", Scripts.Utf8("{}"), request, TestContext.Current.CancellationToken);
        }
        catch (ScriptException refused)
        {
            Assert.Equal("not_acceptable", refused.Error);
        }

        Assert.Empty(_scripts.Logged);
    }

    /// <summary>What a function finds that it must not.</summary>
    private string Found(string body)
    {
        var maps = _scripts.Maps(
            """{"m":"exports.module = module; exports.require = require; exports.sandbox = this;","fails":"throw new Error('x')","fails_badly":"throw Object.create(null)","cannot_be_read":"("}""",
            $"function(doc) {{ {Strangers} var found = (function() {{ {body} }}).call(this); emit(found || 'nothing', null); }}");
        return Scripts.Rows(maps, """{"_id":"a","list":[{}]}""")[^1][5..^6];
    }
}
