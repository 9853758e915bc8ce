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

    /// <summary>As they are written today: arrow functions, constants, patterns, templates.</summary>
    [Theory]
    [InlineData("(doc) => { emit(doc._id); }")]
    [InlineData("doc => emit(doc._id)")]
    [InlineData("doc => { emit(doc._id) };")]
    [InlineData("doc => emit(doc._id);")]
    [InlineData("// remark\n(doc) => emit(doc._id, null)\n")]
    [InlineData("(doc, req) => doc.owner === req.query.owner")]
    [InlineData("({ type, tags }) => { if (type === 'post') { tags.forEach(tag => emit(tag)); } }")]
    [InlineData("(function (doc) { emit(doc._id); })")]
    [InlineData("(function (doc) { emit(doc._id); });")]
    [InlineData("((doc) => { emit(doc._id); })")]
    [InlineData("(doc => emit(doc._id))")]
    [InlineData("(doc => ({ a: 1 }))")]
    [InlineData("doc => doc.type === 'a'\n  && doc.tags\n    .forEach(tag => {\n      emit(tag);\n    })")]
    [InlineData("(doc) => { const year = new Date(doc.date).getFullYear(); let n = 0; for (const tag of doc.tags) { n += tag.length; } emit([year, n]); }")]
    [InlineData("(doc) => { let n = 0; doc.tags.forEach((tag) => { n += 1; }); emit(n); }")]
    [InlineData("(doc) => {\n  let n = 0\n  let m = 1\n  n++\n  m = n\n  emit(n, m)\n}")]
    [InlineData("function (doc) { var n = 0; doc.tags.forEach(function (tag) { n++; }); emit(n); }")]
    [InlineData("(doc) => { for (let i = 0, l = doc.tags.length; i < l; i++) { emit(doc.tags[i], `${doc.type}-${i}`); } }")]
    [InlineData("(doc) => { const { type, tags = [], place: { city, ...rest } = {}, 'a': b } = doc; emit([type, city, b], tags.length); }")]
    [InlineData("(doc) => { for (const [key, value] of Object.entries(doc)) { emit(key, value); } }")]
    [InlineData("(doc) => { const [first, , third] = doc.name.split(' '); let [a] = [1]; a++; emit(first, third ?? a); }")]
    [InlineData("(doc) => { if (doc.a?.b) { const x = doc.a?.b; emit(x); } else { const x = 1; emit(x); } }")]
    [InlineData("(doc) => { switch (doc.type) { case 'a': let n = 1; n += doc.n; emit(n); break; default: emit(0); } }")]
    [InlineData("(doc) => { const lower = (text) => text.toLowerCase(); emit(lower(doc.name)); }")]
    public void Functions_as_they_are_written_today_stay_together(string function)
    {
        var traits = SourceText.Describe(function);
        Assert.False(traits.MayKeepState, traits.ToString());
    }

    /// <summary>More than one function, or names that are not its own.</summary>
    [Theory]
    [InlineData("(doc) => { emit(doc._id); }, 1")]
    [InlineData("doc => emit(doc._id), x = 1")]
    [InlineData("doc => emit(doc._id); x = 1")]
    [InlineData("doc => emit(doc._id)\nx = 1")]
    [InlineData("doc => emit(doc._id)\n++x")]
    [InlineData("doc => emit(doc._id)\n!x")]
    [InlineData("doc => emit(doc._id) /*\u2028*/ x")]
    [InlineData("function (doc) { var a = `${/'/}`; x = 1; var b = `${/'/}`; }")]
    [InlineData("function (doc) { var a = [...typeof /'/]; x = 1; var b = [...typeof /'/]; }")]
    [InlineData("function (doc) { var a = [...function () { var x = 1; return []; }()]; x = 1; }")]
    [InlineData("function (doc) { var a = /b/\u2028delete\u00A0a.x; }")]
    [InlineData("doc => doc\n[x] = [1]")]
    [InlineData("doc => doc.n++\nx = 1")]
    [InlineData("(doc => { emit(doc._id); })(x = 1)")]
    [InlineData("(function() { return function(doc) { emit(doc._id); }; })()")]
    [InlineData("(function(doc) { }, function(doc) { emit(doc._id); })")]
    [InlineData("(doc => emit(doc._id), doc => emit(1))")]
    [InlineData("(doc => emit(doc._id)).bind(1)")]
    [InlineData("((doc) => { emit(doc._id); }).x")]
    [InlineData("((x = 1), doc => emit(doc._id))")]
    [InlineData("(x)(doc => emit(doc._id))")]
    [InlineData("let n = 0; doc => emit(n++)")]
    [InlineData("const n = 0; (doc) => { emit(n); }")]
    [InlineData("class A { }; (doc) => { emit(1); }")]
    [InlineData("async doc => emit(1)")]
    [InlineData("(doc) => { { let n = 0; } n = 1; }")]
    [InlineData("(doc) => { n = 1; }")]
    [InlineData("(doc) => { for (let n = 0; n < 1; n++) { } n = 1; }")]
    [InlineData("(doc) => { for (const n of [1]) { } n = 1; }")]
    [InlineData("(doc) => { for (n of [1]) { } }")]
    [InlineData("(doc) => { for (let i in doc, n = 1) { } }")]
    [InlineData("(doc) => { let\nn = 1; }")]
    [InlineData("(doc, let) => { if (1) let\nn = 1; }")]
    [InlineData("(doc) => { const { a = n = 1 } = doc; }")]
    [InlineData("(doc) => { const { a = doc ? b : n = 1 } = doc; n = 1; }")]
    [InlineData("(doc) => { const { n: a } = doc; n = 1; }")]
    [InlineData("(doc) => { const { a = { n } } = doc; n = 1; }")]
    [InlineData("(doc) => { const { [n = 1]: a } = doc; }")]
    [InlineData("(doc) => { ({ n } = doc); }")]
    [InlineData("(doc) => { [n] = [1]; }")]
    [InlineData("(doc, let) => { emit(let[0] = 1); }")]
    [InlineData("(doc, let) => { let[0] = 1; }")]
    public void What_may_leave_something_behind_is_given_documents_one_at_a_time(string function)
    {
        var traits = SourceText.Describe(function);
        Assert.True(traits.MayKeepState, traits.ToString());
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

        // These leave nothing behind while documents share an instance (BatchTests).
        string[] given = ["start", "send", "getRow", "provides", "registerType"];
        Assert.Equal([], names.Where(name => SourceNames.Of(name) == SourceName.Other && !given.Contains(name) && !name.All(char.IsDigit)));
    }
}
