using System.Text.Json;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>Which functions are given many documents at a time: those of which it is certain that they leave nothing behind.</summary>
public sealed class SourceReaderTests
{
    private readonly Scripts _scripts = new();

    [Theory]
    [InlineData("function(doc) { if (doc.type == 'x') emit(doc.a, doc.b); }")]
    [InlineData("function (doc) {\n  if (doc.type === 'post' && doc.tags) {\n    for (var i = 0; i < doc.tags.length; i++) {\n      emit(doc.tags[i], 1);\n    }\n  }\n}")]
    [InlineData("function(doc) { for (var i in doc.tags) emit([doc.tags[i].toLowerCase(), doc._id], null); }")]
    [InlineData("function(doc) { doc.tags.forEach(function (t) { emit(t); }); }")]
    [InlineData("function(doc) { doc.tags.map(function (t) { return t.trim(); }).forEach(function (t) { emit(t, 1); }); };")]
    [InlineData("// remark\nfunction(doc) { var n = 0, m = 1; n += doc.a; n++; emit(n / 2, (n + m) / 3); }")]
    [InlineData("function(doc) { var d = new Date(doc.date); emit([d.getFullYear(), d.getMonth() + 1, d.getDate()], doc.amount); }")]
    [InlineData("function(doc) { emit(doc.name.split(' ').slice(0, 2).join('-'), {_id: doc.other, 'kind': \"a\"}); }")]
    [InlineData("function(doc) { switch (doc.type) { case 'a': emit(1); break; default: emit(2); } }")]
    [InlineData("function(doc) { var r = []; doc.tags.forEach(function(t) { r.push(t); }); emit(r.sort()); }")]
    [InlineData("function(doc) { if (/^a[/]b/.test(doc._id)) emit(doc._id.match(/x/g)); }")]
    [InlineData("function(doc) { try { emit(doc.a.b.c); } catch (e) { log('no ' + e); } }")]
    [InlineData("function(doc) { emit(Object.keys(doc).length, Math.round(doc.n * 100) / 100); }")]
    [InlineData("function(doc) { for (var k in doc) { if (k.charAt(0) != '_') { emit([k, doc[k]], sum([1, 2])); } } }")]
    [InlineData("function(doc) { var w = (doc.text || '').toLowerCase().split(/\\s+/); for (var i = 0, n = w.length; i < n; ++i) { emit(w[i]); } }")]
    [InlineData("function(doc, req) { return doc.owner === req.query.owner ? true : doc.n % 2 == 0; }")]
    public void Common_functions_stay_together(string function)
    {
        var traits = SourceText.Describe(function);
        Assert.False(traits.MayKeepState, traits.ToString());
    }

    [Theory]
    [InlineData("function(doc) { emit(doc.a); }", false)]
    [InlineData("function(doc) { var t = doc.tags; t.push(1); emit(t); }", true)]
    [InlineData("function(doc) { doc.tags.sort(); emit(doc.tags); }", true)]
    [InlineData("function(doc) { for (doc.x in {a: 1}) emit(doc.x); }", true)]
    [InlineData("function(doc) { for (doc.x of [1]) emit(doc.x); }", true)]
    [InlineData("function(doc) { emit([doc].map(Object['isFrozen'])); }", true)]
    public void What_may_change_its_document_is_given_a_sealed_one(string function, bool mayChange) =>
        Assert.Equal(mayChange, SourceText.Describe(function).MayChangeArguments);

    /// <summary>A name of the language that is not in the lists would pass for a document's member.</summary>
    [Fact]
    public void All_names_of_the_language_are_known()
    {
        const string walk = """
            (function() {
              var seen = new Set(), names = {}, rest = [
                globalThis, [][Symbol.iterator](), ''[Symbol.iterator](), new Map().entries(), new Set().entries(), 'a'.matchAll(/a/g), function*() {},
                (function*() {})(), new Error('x'), /a/, new Date(), function() { return arguments; }(), 1n, Symbol(), /(?<name>b)/d.exec('b'), [], {}
              ];
              try { rest.push((0, eval)('(async function() {})'), (0, eval)('(async function*() {})')); } catch (e) { }
              try { rest.push((0, eval)('[].values().map(function() {})'), (0, eval)('Iterator.from({next: function() {}})')); } catch (e) { }
              while (rest.length) {
                var o = rest.pop();
                if (o === null || o === undefined) continue;
                if (typeof o != 'object' && typeof o != 'function') { rest.push(Object.getPrototypeOf(Object(o))); continue; }
                if (seen.has(o)) continue;
                seen.add(o);
                rest.push(Object.getPrototypeOf(o));
                Reflect.ownKeys(o).forEach(function(k) {
                  if (typeof k == 'string') names[k] = 1;
                  var d = Object.getOwnPropertyDescriptor(o, k);
                  rest.push(d.value, d.get, d.set);
                });
              }
              return function(doc) { emit(Object.keys(names)); };
            })()
            """;
        var names = JsonSerializer.Deserialize<string[]>(Assert.Single(_scripts.Map(walk))[4..^5])!;
        Assert.Contains("defineProperty", names);
        string[] given = ["start", "send", "getRow", "provides", "registerType"];
        Assert.Equal([], names.Where(name => SourceNames.Of(name) == SourceName.Other && !given.Contains(name) && !name.All(char.IsDigit)));
    }
}
