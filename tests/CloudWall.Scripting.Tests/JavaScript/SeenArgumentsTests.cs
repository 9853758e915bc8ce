using System.Text;
using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>
/// Functions are given what they can see of their arguments, and cannot tell. Each is run with that, and with all of it: a comma before a
/// function makes the text more than one function, of which nothing is left out.
/// </summary>
public sealed class SeenArgumentsTests
{
    private const string Document = """
        {"_id":"one","_rev":"1-a","a":"Á\u0000\ud83d\ude00","b":{"c":[1,2,{"d":"x"}],"a":"inner"},"list":["p","q"],"n":-0.5,"no":null,
         "hidden":"SECRET"}
        """;

    private const string Request = """
        {"query":{"a":"b","list":"x"},"headers":{"Accept":"text/html","Host":"h"},"method":"POST",
         "path":["db","_design","x","_show","f","one"],"body":"B","userCtx":{"name":"u","roles":["_admin"]},"hidden":"SECRET"}
        """;

    private static readonly string[] Members = ["info", "method", "path", "query", "headers", "body"];

    private readonly Scripts _scripts = new();

    /// <summary>What is seen, parameter by parameter.</summary>
    [Theory]
    [InlineData("function (doc, req) { return '<p>' + doc.a + ' ' + req.query.a; }", "a", "query")]
    [InlineData("function (doc) { return doc.a; }", "a")]
    [InlineData("function () { return 'x'; }")]
    [InlineData("function (doc, req) { return 'x'; }", "", "")]
    [InlineData("(function show(doc, req) { return doc['a'] + doc[\"b\"].c + req . body; })", "a b", "body")]
    [InlineData("doc => doc.a", "a")]
    [InlineData("(doc, req) => doc.a + `${doc.b.c} ${req.query['a']}`", "a b", "query")]
    [InlineData("(doc => { return doc.a; })", "a")]
    [InlineData("((doc, req) => { return doc.a; })", "a", "")]
    [InlineData("(function (doc) { return doc.a; });", "a")]
    [InlineData("function (doc, req) { if (!doc) { return 'none'; } return doc && doc.a ? doc.b.c : req.method; }", "a b", "method")]
    [InlineData("function (doc, req) { if (doc) { return doc.a; } while (req) { return req.body; } }", "a", "body")]
    [InlineData("function (doc) { if (doc !== null && !doc.b) { return doc.a; } return doc == null ? 1 : 2; }", "a b")]
    [InlineData("function (doc) { return x.doc + { b: 1 }.doc + doc.a /* doc */; } // doc", "a")]
    [InlineData("function (doc) { return 'doc' + \"doc\" + /doc/.source + `doc`.length + doc.a; }", "a")]
    [InlineData("function (doc) { return [1, 2].map(function (i) { return doc.a + i; }).join(); }", "a")]
    [InlineData("function (doc, req) { start({headers: {'X-A': doc.a}}); send(req.body); var out = {}; out.body = doc.b.c; return out; }",
        "a b", "body")]
    [InlineData("function (doc) { var t = ''; for (var i = 0; i < doc.list.length; i++) { t += doc.list[i]; } return t; }", "list")]
    [InlineData("function (doc) { for (var k in doc.b) { log(k + doc.b[k]); } }", "b")]
    [InlineData("function (doc) { doc.a = 1; delete doc.b; return doc.a + doc.n++; }", "a b n")]
    [InlineData("function (doc, old, user) { if (old && old.type !== doc.type && user.roles.indexOf('_admin') < 0) { throw({forbidden: 'no'}); } }",
        "type", "type", "roles")]
    public void What_a_function_can_see_is_found(string function, params string[] expected)
    {
        var seen = SourceArguments.Read(function)?.Seen;
        Assert.NotNull(seen);
        Assert.Equal(
            expected.Select(static names => string.Join(' ', names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))),
            seen.Select(static one => one.Names is null ? "all" : string.Join(' ', one.Names.Order(StringComparer.Ordinal))));
        AssertSame(function);
    }

    /// <summary>Each gets at a member that it does not name. With a part of the document it would tell.</summary>
    [Theory]
    [InlineData("function (doc) { return toJSON(doc); }")]
    [InlineData("function (doc) { var d = doc; return d.hidden; }")]
    [InlineData("function (doc) { var d; d = doc\nreturn d.hidden; }")]
    [InlineData("function ({ hidden }) { return hidden; }")]
    [InlineData("function (doc) { var { hidden } = doc; return hidden; }")]
    [InlineData("function (doc) { var hidden; ({ hidden } = doc); return hidden; }")]
    [InlineData("function (doc, x, all = doc) { return all.hidden; }")]
    [InlineData("function (doc, x, all = toJSON(doc)) { return all; }")]
    [InlineData("function (...all) { return all[0].hidden; }")]
    [InlineData("function (doc, ...all) { return doc.a + all[0].hidden; }")]
    [InlineData("function (doc) { return { ...doc }.hidden; }")]
    [InlineData("function (doc) { return [...[doc]][0].hidden; }")]
    [InlineData("function (doc) { return { doc }.doc.hidden; }")]
    [InlineData("function (doc) { return { x: doc }.x.hidden; }")]
    [InlineData("function (doc) { return arguments[0].hidden; }")]
    [InlineData("function (doc) { return ((() => arguments[0]))().hidden; }")]
    [InlineData("function () { return arguments[0].hidden; }")]
    [InlineData("function (doc) { return eval('do' + 'c').hidden; }")]
    [InlineData("function (doc) { return eval('arguments')[0].hidden; }")]
    [InlineData("function (doc) { var e = eval; return doc.a + eval('d' + 'oc.hidden'); }")]
    [InlineData("function (doc) { with (doc) { return hidden; } }")]
    [InlineData("function (doc) { return d\\u006fc.hidden; }")]
    [InlineData("function (doc) { return d\\u{6f}c.hidden; }")]
    [InlineData("function (d\\u006fc) { return doc.hidden; }")]
    [InlineData("function (doc) { return doc.h\\u0069dden; }")]
    [InlineData("function (doc) { return doc['h\\x69dden']; }")]
    [InlineData("function (doc) { return doc['hid' + 'den']; }")]
    [InlineData("function (doc) { var k = 'hidden'; return doc[k]; }")]
    [InlineData("function (doc) { return doc[`hidden`]; }")]
    [InlineData("function (doc) { return doc?.hidden; }")]
    [InlineData("function (doc) { return doc?.['hidden']; }")]
    [InlineData("function (doc) { return (doc).hidden; }")]
    [InlineData("function (doc) { return (1, doc).hidden; }")]
    [InlineData("function (doc) { return (doc || 1).hidden; }")]
    [InlineData("function (doc) { return (1 && doc).hidden; }")]
    [InlineData("function (doc) { return (null ?? doc).hidden; }")]
    [InlineData("function (doc) { return (doc ? doc : 1).hidden; }")]
    [InlineData("function (doc) { return (0 ? 1 : doc).hidden; }")]
    [InlineData("function (doc) { return [doc][0].hidden; }")]
    [InlineData("function (doc) { return (function (d) { return d.hidden; })(doc); }")]
    [InlineData("function (doc) { return (d => d.hidden)(doc); }")]
    [InlineData("function (doc) { return (() => doc)().hidden; }")]
    [InlineData("function (doc) { var f = () => doc\nreturn f().hidden; }")]
    [InlineData("function (doc) { function f() { return doc } return f().hidden; }")]
    [InlineData("function (doc) { try { throw doc; } catch (e) { return e.hidden; } }")]
    [InlineData("function (doc) { for (var d of [doc]) { return d.hidden; } }")]
    [InlineData("function (doc) { for (var k in doc) { if (k === 'hidden') { return 'SECRET'; } } }")]
    [InlineData("function (doc) { return 'hidden' in doc ? 'SECRET' : ''; }")]
    [InlineData("function (doc) { return Object.keys(doc).join() + Object.values(doc).join(); }")]
    [InlineData("function (doc) { return doc.hasOwnProperty('hidden') ? 'SECRET' : ''; }")]
    [InlineData("function (doc) { return doc['hasOwnProperty']('hidden') ? 'SECRET' : ''; }")]
    [InlineData("function (doc) { return doc.propertyIsEnumerable('hidden') ? 'SECRET' : ''; }")]
    [InlineData("function (doc) { return doc.valueOf().hidden; }")]
    [InlineData("function (doc) { return doc.__lookupGetter__('hidden') + 'SECRET'; }")]
    [InlineData("function (doc) { doc.toString = function () { return this.hidden; }; return '' + doc; }")]
    [InlineData("function (doc) { doc.show = function () { return this.hidden; }; return doc.show(); }")]
    [InlineData("function (doc) { doc.show = x => x; return doc.show`${doc}` + toJSON(doc); }")]
    [InlineData("function (doc) { doc.constructor.prototype.look = function () { return this.hidden; }; return doc.look(); }")]
    [InlineData("function (doc) { doc.__proto__ = { get look() { return this.hidden; } }; return doc.look; }")]
    [InlineData("function (doc) { doc.b.constructor.prototype.__defineGetter__('look', function () { return this.hidden; }); return doc.look; }")]
    [InlineData("function (doc) { doc.b.constructor.prototype.__defineGetter__('look', doc.b.valueOf); return doc.look.hidden; }")]
    [InlineData("function (doc) { var p = doc.b['__pro' + 'to__']; p['__define' + 'Getter__']('look', doc.b.valueOf); return doc.look.hidden; }")]
    [InlineData("function (doc) { var { ['__pro' + 'to__']: p } = doc.b; p['__defineGetter__']('look', doc.b.valueOf); return doc.look.hidden; }")]
    [InlineData("function (doc) { var { '__proto__': p } = doc.b; var { '__defineGetter__': d } = p; return p.x = 1, toJSON(doc); }")]
    [InlineData("function (doc) { Object.defineProperty(Object.getPrototypeOf(doc.b), 'look', { get: function () { return this; } });"
        + " return doc.look.hidden; }")]
    [InlineData("function (doc) { Object.defineProperty(Object.getPrototypeOf(doc.b), 'look', { get: Object.prototype.valueOf });"
        + " return doc.look.hidden; }")]
    [InlineData("function (doc) { var f = function g(d) { return g.arguments ? g.arguments[0].hidden : d.hidden; }; return f(doc); }")]
    [InlineData("function (doc) { return new Function('d', 'return d.hidden')(doc); }")]
    [InlineData("function (doc) { return (x => x).constructor('return arguments[0].hidden')(doc); }")]
    [InlineData("function (doc) { return [1].map(function () { return this.hidden; }, doc)[0]; }")]
    [InlineData("function (doc) { return (function () { return this.hidden; }).call(doc); }")]
    [InlineData("function (doc) { return Reflect.get(doc, 'hidden'); }")]
    [InlineData("function (doc) { return JSON.stringify({ doc: doc }); }")]
    [InlineData("function (doc) { return { json: doc }; }")]
    [InlineData("function (doc) { return `${toJSON(doc)}`; }")]
    [InlineData("function (doc) { return `${ `${ doc.a + `${ (doc).hidden }` }` }`; }")]
    [InlineData("function (doc) { /* ' */ return toJSON(doc); /* ' */ }")]
    [InlineData("function (doc) { // \u2028 return toJSON(doc)\nreturn 'SECRET'; }")]
    [InlineData("function (doc) { <!-- ' \nreturn toJSON(doc); }")]
    [InlineData("function (doc) { var r = /'/; return toJSON(doc); var s = /'/; }")]
    [InlineData("function (doc) { var r = 1\n/'/ /doc/g; return toJSON(doc) + '/'; }")]
    [InlineData("function (doc) { if (1) /'/.test(toJSON(doc)); return 'SECRET' + /'/; }")]
    [InlineData("function (doc) { label: doc: for (;;) { return toJSON(doc); } }")]
    [InlineData("function (doc) { return function* () { yield doc; }().next().value.hidden; }")]
    [InlineData("function (doc) { class A { static x = doc; } return A.x.hidden; }")]
    [InlineData("function (doc) { return doc\n.\nhidden + toJSON(doc); }")]
    [InlineData("function (doc) { var\u3000d\u3000=\u3000doc\u3000;return\u3000d.hidden; }")]
    [InlineData("function (doc, doc2) { doc2 = doc; return doc2.hidden; }")]
    [InlineData("function (x, doc, x) { return 'SECRET' + x; }")]
    [InlineData("(doc) => (doc)['hidden']")]
    [InlineData("(doc) => { return (doc => doc.hidden)(doc) }")]
    [InlineData("doc => doc.a && doc.hidden")]
    [InlineData("doc => ({ ...doc }).hidden")]
    [InlineData("function (doc, req) { provides('html', function () { return toJSON(doc); }); }")]
    [InlineData("function (doc, req) { return '' + [doc].map(toJSON); }")]
    [InlineData("function (doc) { var a = `${/'/}`; return toJSON(doc); var b = `${/'/}`; }")]
    [InlineData("function (doc) { var a = `${1}${/'/}`; return toJSON(doc); var b = `${/'/}`; }")]
    [InlineData("function (doc) { var a = [...typeof /'/]; return toJSON(doc); var b = [...typeof /'/]; }")]
    [InlineData("function (doc) { var r = /x/\u2028return\u00A0doc.hidden; }")]
    [InlineData("function (doc) { var r = /x/g\u2028return\u00A0doc.hidden; }")]
    [InlineData("doc => doc.a /*\u2028*/ x => x.hidden")]
    [InlineData("doc => doc.a\n!0 && (x => x.hidden)")]
    [InlineData("doc => doc.a\n~0 && (x => x.hidden)")]
    [InlineData("function (doc) { doc.f = doc.b.valueOf; return doc.f().hidden; }")]
    [InlineData("function (doc) { doc.f = [].concat; return doc['f']()[0].hidden; }")]
    [InlineData("function (doc) { doc.f = [].sort; return doc.f\n().hidden; }")]
    [InlineData("function (doc) { doc.f = [].concat; return (doc.f)()[0].hidden; }")]
    [InlineData("function (doc) { doc.f = [].concat; return ((doc.f))()[0].hidden; }")]
    [InlineData("function (doc) { doc.f = [].concat; return doc.f?.()[0].hidden; }")]
    [InlineData("function (doc) { doc.f = [].concat; return doc.f``[0].hidden; }")]
    [InlineData("function (doc) { [doc.f] = [doc.b.hasOwnProperty]; return doc.f('hidden') ? 'SECRET' : ''; }")]
    [InlineData("function (doc) { doc.length = 1; doc['0'] = 1; doc.f = [].map; return doc.f((v, i, all) => all.hidden)[0]; }")]
    [InlineData("0, function (doc) { return doc.hidden; }")]
    public void Whoever_looks_for_the_rest_finds_it(string function)
    {
        var shown = AssertSame(function);
        Assert.True(shown.Contains("SECRET", StringComparison.Ordinal) || shown.Contains("rror", StringComparison.Ordinal), shown);
    }

    /// <summary>What the driver looks at is there.</summary>
    [Theory]
    [InlineData("function (doc, req) { provides('html', function () { return doc.a; }); provides('json', function () { return 'j'; }); }")]
    [InlineData("function (doc) { var p = provides; p('html', () => 'h'); }")]
    [InlineData("function (doc) { registerType('own', 'text/own'); provides('own', () => 'h'); }")]
    [InlineData("function (doc) { return doc.a.b.c; }")]
    [InlineData("function (doc) { throw 'x'; }")]
    [InlineData("function (doc) { throw ['error', 'name', doc.a]; }")]
    [InlineData("function (doc) { return doc.missing(); }")]
    [InlineData("function (doc) { return null; }")]
    [InlineData("function (doc, req) { req.path = []; return doc.a.b.c; }")]
    [InlineData("function (doc, req) { req.headers = null; provides('html', () => 'h'); }")]
    public void What_the_driver_needs_is_there(string function)
    {
        AssertSame(function);
        AssertSame(function, document: "null");
    }

    /// <summary>Functions put together at random, of all ways to mention an argument that there are.</summary>
    [Fact]
    public void Generated_functions_cannot_tell()
    {
        var random = new Random(20261130);
        var functions = Enumerable.Range(0, 200).Select(_ => Generate(random)).ToList();
        foreach (var some in functions.Chunk(20))
        {
            AssertSame(some);
        }

        var pruned = functions.Count(
            static function => SourceArguments.Read(function) is { } arguments && arguments.Seen.Any(static seen => seen.Names is not null));
        Assert.InRange(pruned, 40, 180);
    }

    /// <summary>Members that every object has are all known: each may hand on the whole object.</summary>
    [Fact]
    public void All_members_of_all_objects_are_known()
    {
        var names = _scripts.Evaluate("Object.getOwnPropertyNames(Object.prototype).sort().join()").Trim('"').Split(',');
        Assert.True(names.Length >= 11, string.Join(' ', names));
        Assert.Empty(names.Except(SourceArguments.OfAllObjects));
    }

    [Fact]
    public void Updates_lists_filters_rewrites_and_validation_cannot_tell_either()
    {
        var functions = (string before) => _scripts.Design($$$"""
            {"_id":"_design/x",
             "updates":{"f":"{{{before}}}function (doc, req) { return [{_id: doc.a, n: req.query.a}, 'x' + doc.b.c]; }",
                        "whole":"{{{before}}}function (doc, req) { doc.n = req.body; return [doc, 'x']; }"},
             "lists":{"f":"{{{before}}}function (head, req) { provides('html', function () { send(head.total_rows); return req.query.a; }); }"},
             "filters":{"f":"{{{before}}}function (doc, req) { return doc.a === req.query.a; }"},
             "views":{"f":{"map":"{{{before}}}function (doc) { if (doc.list) { emit(doc._id); } }"}},
             "rewrites":"{{{before}}}function (req) { return '/' + req.query.a; }",
             "validate_doc_update":"{{{before}}}function (doc, old, user, sec) { throw({forbidden: doc.a + (old && old.a) + user.name + sec.admins.names}); }"}
            """);
        var results = Results(functions(""));
        Assert.Equal(Results(functions("0,")), results);
        Assert.DoesNotContain(results, static result => result.Contains("Error", StringComparison.Ordinal));

        static string[] Results(DesignFunctions design)
        {
            var doc = Scripts.Utf8(Document);
            var request = Scripts.Utf8(Request);
            var update = design.Update("f", doc, request);
            var whole = design.Update("whole", doc, request);
            var exchange = new TextExchange();
            design.List("f", Scripts.Utf8("{\"total_rows\":5,\"offset\":1}"), request, exchange);
            var arguments = new ValidationArguments(
                doc, doc, Scripts.Utf8("{\"db\":\"d\",\"name\":\"u\"}"), Scripts.Utf8("{\"admins\":{\"names\":[\"n\"]}}"));
            return
            [
                Scripts.Text(update.Document) + Scripts.Text(update.Response),
                Scripts.Text(whole.Document) + Scripts.Text(whole.Response),
                exchange.Text,
                string.Join(' ', design.Filter("f", [doc, Scripts.Utf8("{\"a\":\"b\",\"x\":1}")], request)),
                string.Join(' ', design.FilterByView("f", [doc, Scripts.Utf8("{\"a\":\"b\",\"x\":1}")])),
                Scripts.Text(design.Rewrite(request)!.Value),
                Assert.Throws<ScriptException>(() => design.Validate(arguments)).Message,
            ];
        }
    }

    [Fact]
    public void The_host_is_told_what_a_request_needs()
    {
        var design = _scripts.Design("""
            {"_id":"_design/x","rewrites":"function (req) { return req.query.a; }",
             "shows":{"f":"function (doc, req) { return req.query.a; }","p":"function (doc) { provides('html', function () {}); }",
                      "all":"function (doc, req) { return toJSON(req); }"},
             "updates":{"f":"function (doc, req) { return [null, req.body]; }"}}
            """);
        string Needed(string kind, string name, bool hasDocument = true) => string.Join(
            ' ', Members.Where(design.RequestFor(kind, name, hasDocument).Has));

        Assert.Equal("query", Needed("shows", "f"));
        Assert.Equal("path query", Needed("shows", "f", hasDocument: false));
        Assert.Equal("query headers", Needed("shows", "p"));
        Assert.Equal("info method path query headers body", Needed("shows", "all"));
        Assert.Equal("info method path query headers body", Needed("shows", "missing"));
        Assert.Equal("method body", Needed("updates", "f"));
        Assert.Equal("method query", Needed("rewrites", ""));
    }

    /// <summary>Of members with one name all go along, and what is no JSON is left to the engine.</summary>
    [Theory]
    [InlineData("""{"a":1,"b":2,"a":3}""", """{"a":1,"a":3}""")]
    [InlineData("""{"\u0061":1,"x":{"a":2}}""", """{"\u0061":1}""")]
    [InlineData(""" {"a":1}""", """ {"a":1}""")]
    [InlineData("""{"\ud800":1,"x":2,"a":3}""", """{"\ud800":1,"x":2,"a":3}""")]
    [InlineData("{}", "{}")]
    [InlineData("""{"b":[1,{"a":2}]}""", "{}")]
    [InlineData("[1]", "[1]")]
    [InlineData("null", "null")]
    [InlineData("", "null")]
    [InlineData("""{"b":1,"a":""", """{"b":1,"a":""")]
    [InlineData("""{"b":1} {"a":1}""", """{"b":1} {"a":1}""")]
    public void Only_seen_members_are_written(string json, string expected)
    {
        using var command = new Command("x"u8);
        SeenMembers.Of("a").Write(command, Encoding.UTF8.GetBytes(json));
        Assert.Equal("[\"x\"" + expected, Encoding.UTF8.GetString(command.Written));
    }

    private string AssertSame(string function, string document = Document) => AssertSame([function], document)[0];

    private List<string> AssertSame(string[] functions, string document = Document)
    {
        var shows = functions.SelectMany(static (function, i) => new[] { ($"some{i}", function), ($"all{i}", "0, " + function) })
            .Select(static show => $"\"{show.Item1}\":{System.Text.Json.JsonSerializer.Serialize(show.Item2)}");
        var design = _scripts.Design("{\"_id\":\"_design/x\",\"shows\":{" + string.Join(',', shows) + "}}");
        var results = new List<string>();
        for (var i = 0; i < functions.Length; i++)
        {
            Assert.Null(SourceArguments.Read("0, " + functions[i]));
            var some = Show(design, $"some{i}", document);

            // Where an error was thrown differs by those three characters, and by the function's name.
            Assert.Equal(WithoutPlaces(Show(design, $"all{i}", document)), WithoutPlaces(some));
            results.Add(some);
        }

        design.ReleaseIdle();
        return results;
    }

    private static string WithoutPlaces(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text.Replace("0, ", "", StringComparison.Ordinal), ":\\d+:\\d+|shows\\.\\w+", "");

    private static string Show(DesignFunctions design, string name, string document)
    {
        try
        {
            return Scripts.Text(design.Show(name, Scripts.Utf8(document), Scripts.Utf8(Request)));
        }
        catch (ScriptException failure)
        {
            return failure.Error + "Error: " + failure.Reason;
        }
    }

    private static string Generate(Random random)
    {
        string Pick(params string[] from) => from[random.Next(from.Length)];
        string Name() => Pick("doc", "req");
        string Member() => Pick("a", "b", "list", "query", "hidden", "body", "n", "missing", "toString", "length");
        string Use() => random.Next(28) switch
        {
            0 => Name(),
            1 => $"{Name()}['{Member()}']",
            2 => $"({Name()} && {Name()}.{Member()})",
            3 => $"(!{Name()} || {Name()}.{Member()})",
            4 => $"({Name()} ? {Use()} : {Use()})",
            5 => $"{{ {Name()} }}",
            6 => $"[{Use()}, {Use()}]",
            7 => $"`${{{Use()}}}`",
            8 => $"(() => {Use()})()",
            9 => $"(function ({Name()}) {{ return {Use()}; }})({Use()})",
            10 => $"{{ k: {Use()}, ...{Name()}.{Member()} }}.k",
            11 => $"{Name()}.{Member()}.{Member()}",
            12 => $"typeof {Use()}",
            13 => $"[{Use()}].map(x => x)",
            14 => $"toJSON({Use()})",
            15 => $"({Name()} === null)",
            16 => $"({Use()}, {Use()})",
            17 => $"/{Name()}/.test({Use()})",
            18 => $"{Name()}?.{Member()}",
            _ => $"{Name()}.{Member()}",
        };
        string Statement() => random.Next(12) switch
        {
            0 => $"if (!{Name()}) {{ out.push({Use()}); }}",
            1 => $"if ({Name()}) {{ out.push({Use()}) }} else out.push(1)\n",
            2 => $"for (var k in {Use()}) {{ out.push(k); }}",
            3 => $"{Name()}.{Member()} = {Use()};",
            4 => $"var {Pick("x", "y", "doc")} = {Use()};",
            5 => $"try {{ out.push({Use()}.x.y); }} catch (e) {{ out.push('' + e.message); }}",
            6 => $"/* {Name()} */ out.push({Use()}) // {Name()}\n",
            7 => $"x: for (;;) {{ out.push({Use()}); break x; }}",
            _ => $"out.push({Use()});",
        };
        var body = $"var out = []; {Statement()} {Statement()} {(random.Next(3) == 0 ? Statement() : "")} return toJSON(out);";
        return random.Next(4) switch
        {
            0 => $"(doc, req) => {{ {body} }}",
            1 => $"(function (doc, req) {{ {body} }})",
            _ => $"function (doc, req) {{ {body} }}",
        };
    }

    private sealed class TextExchange : ListExchange
    {
        public string Text { get; private set; } = "";

        public override void Start(ReadOnlyMemory<byte> response) => Text += Scripts.Text(response);

        public override bool TryGetRow(out ReadOnlyMemory<byte> row)
        {
            row = default;
            return false;
        }

        public override void Send(ReadOnlyMemory<byte> text) => Text += Scripts.Text(text);
    }
}
