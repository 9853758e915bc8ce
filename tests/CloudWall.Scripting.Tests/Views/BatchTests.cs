using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Views;

/// <summary>Rows never depend on where a batch ends, whatever a function leaves behind.</summary>
public sealed class BatchTests
{
    private const int Documents = 500;
    private readonly Scripts _scripts = new();

    public static TheoryData<string> Functions =>
    [
        "function(doc) { emit(doc._id, doc.n); }",
        "function(doc) { counter = (typeof counter == 'undefined' ? 0 : counter) + 1; emit(doc._id, counter); }",
        "function(doc) { this.seen = (this.seen || 0) + 1; emit(doc._id, this.seen); }",
        "function(doc) { Array.prototype.seen = (Array.prototype.seen || 0) + 1; emit(doc._id, [].seen); }",
        "function(doc) { Math.seen = (Math.seen || 0) + 1; emit(doc._id, Math.seen); }",
        "function(doc) { Math.max.seen = (Math.max.seen || 0) + 1; emit(doc._id, Math.max.seen); }",
        "function(doc) { emit.constructor('return this')().x = 1 + (emit.constructor('return this')().x || 0); emit(doc._id, emit.constructor('return this')().x); }",
        "function(doc) { arguments.callee.n = (arguments.callee.n || 0) + 1; emit(doc._id, arguments.callee.n); }",
        "function(doc) { doc.__proto__.n2 = (doc.n2 || 0) + 1; emit(doc._id, doc.n2); }",
        "function(doc) { Object.defineProperty(Object.prototype, 'p' + doc.n, { value: 1 }); emit(doc._id, {}['p' + (doc.n - 1)]); }",
        "function(doc) { String.prototype.trim = function() { return 'x'; }; emit(doc._id, ' y '.trim()); emit(doc._id, doc.n > 0 && ' y '.trimEnd()); }",
        "var counter = 0; function(doc) { emit(doc._id, counter++); }",
        "let counter = 0; function(doc) { emit(doc._id, counter++); }",
        "(function() { var n = 0; return function(doc) { emit(doc._id, n++); }; })()",
        "var r = /a/g; function(doc) { emit(doc._id, r.test('aa')); }",
        "var m = new Map(); function(doc) { m.set(doc._id, 1); emit(doc._id, m.size); }",
        "var g = (function*() { for (var i = 0; ; i++) yield i; })(); function(doc) { emit(doc._id, g.next().value); }",
        "function(doc) { emit(doc._id, require('views/lib/count').next()); }",
        "function(doc) { var e = emit, k = 'constructor'; var F = e[k]; F('x = (typeof x == \"undefined\" ? 0 : x) + 1')(); emit(doc._id, F('return x')()); }",
    ];

    /// <summary>Review of the sandbox, 3: writes that do not look like any.</summary>
    public static TheoryData<string> Hidden =>
    [
        "function(doc) { for (Math.seen of [(Math.seen||0)+1]) emit(doc._id, Math.seen); }",
        "function(doc) { emit(doc._id, typeof x); for (x of [1]) emit(doc._id, x); }",
        "function(doc) { emit(doc._id, typeof x); for (x in {a: 1}) emit(doc._id, x); }",
        "function(doc) { for (doc.x in {a: 1}) emit(doc._id, doc.x); }",
        "function(doc) { emit(doc._id, [Math].map(Object[\"isFrozen\"])); [Math].forEach(Object[\"freeze\"]); }",
        "function(doc) { emit(doc._id, [Math].map(Object['isFro' + 'zen'])); [Math].forEach(Object['fre' + 'eze']); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); (Object['ass' + 'ign'])(Math, {seen: 1}); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); var o = {f: Object['ass' + 'ign']}; o.f(Math, {seen: 1}); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); var o = {slice: Object['ass' + 'ign']}; o.slice(Math, {seen: 1}); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); var o = {'slice': Object['ass' + 'ign']}; o.slice(Math, {seen: 1}); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); var log = Object['ass' + 'ign']; log(Math, {seen: 1}); }",
        "function(doc, slice) { emit(doc._id, Object.keys(Math)); slice = Object['ass' + 'ign']; slice(Math, {seen: 1}); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); [{assign: 1}, Object].forEach(function({assign}) { [[Math]].forEach(function(m) { try { assign(m[0], {seen: 1}); } catch (e) { } }); }); }",
        "function(doc) { Math.seen+++1; emit(doc._id, Math.seen); Math.seen = Math.seen || 1; }",
        "function(doc) { emit(doc._id, typeof Math.seen); ++(Math).seen; }",
        "function(doc) { emit(doc._id, typeof Math.seen); ++[Math][0].seen; }",
        "function(doc) { emit(doc._id, typeof Math.seen); (Math.seen)++; }",
        "function(doc) { emit(doc._id, typeof Math.seen); [Math.seen] = [1]; }",
        "function(doc) { emit(doc._id, typeof Math.seen); ({a: Math.seen} = {a: 1}); }",
        "function(doc) { emit(doc._id, typeof Math.seen); for ([Math.seen] of [[1]]) ; }",
        "function(doc) { emit(doc._id, typeof Math.seen); for (var i in {a: 1}) for ({a: Math.seen} of [{a: 1}]) ; }",
        "function(doc) { emit(doc._id, typeof seen); var a = [0, seen = 1]; }",
        "function(doc) { emit(doc._id, typeof seen); var a = isNaN(0), b = 1\nisNaN(1), seen = 1; }",
        "function(doc) { emit(doc._id, typeof seen); var d = {var: 1}; d.var\nseen = 1; }",
        "function(doc) { emit(doc._id, typeof seen); var o = { m() { var seen; }, if() { var seen; } }; seen = 1; }",
        "function(doc) { emit(doc._id, 5..seen); 5..__proto__.seen = 1; }",
        "function(doc) { emit(doc._id, typeof 5..constructor.seen); 5..constructor.seen++; }",
        "function(doc) { emit(doc._id, typeof Math.seen); if (1) /'/; Math.seen = 1; /'/; }",
        "function(doc) { emit(doc._id, typeof Math.seen); var x\n/'/; Math.seen = 1; /'/; }",
        "function(doc) { emit(doc._id, typeof Math.seen); for (;;) { break\n/'/; } Math.seen = 1; /'/; }",
        "function(doc) { emit(doc._id, typeof Math.seen); { } /'/; Math.seen = 1; /'/; }",
        "function(doc) { emit(doc._id, typeof Math.seen); // \u2028 Math.seen = 1;\n }",
        "function(doc) { emit(doc._id, typeof Math.seen); Math\u00A0.seen\u00A0= 1; delete\u00A0Math.pow; emit(typeof Math.pow); }",
        "function(doc) { emit(doc._id, [].seen); Object.getPrototypeOf([]).push(doc._id); emit([].length, [][0]); }",
        "function(doc) { emit(doc._id, [][0]); []['__pro' + 'to__'].push(1); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); [[1]].forEach(function({push}) { [2].forEach(push, Math); }); }",
        "function(doc) { emit(doc._id, typeof Math.seen); Math?.constructor?.assign?.(Math, {seen: 1}); }",
        "function(doc) { emit(doc._id, Object.keys(Math)); var o = {['toStr' + 'ing']: Object['fre' + 'eze']}; '' + o; }",
        "function(doc) { emit(doc._id, require('views/lib/' + 'count').next()); }",
        "function(doc) { emit(doc._id, typeof seen); for (var i in doc, seen = 1) ; }",
        "doc => { emit(doc._id, typeof seen); for (let i in doc, seen = 1) ; }",
        "doc => { emit(doc._id, typeof seen); { let seen; } seen = 1; }",
        "doc => { emit(doc._id, typeof seen); for (let seen = 0; seen < 1; seen++) ; seen = 1; }",
        "doc => { emit(doc._id, typeof seen); for (const seen of [1]) ; seen = 1; }",
        "doc => { emit(doc._id, typeof seen); const { a = seen = 1 } = doc; }",
        "doc => { emit(doc._id, typeof seen); const { a = 0 ? b : seen = 1 } = doc; seen = 2; }",
        "doc => { emit(doc._id, typeof seen); const { seen: a } = doc; seen = 2; }",
        "doc => { emit(doc._id, typeof seen); const { a = { seen: 1 } } = doc; seen = 2; }",
        "doc => { emit(doc._id, typeof seen); const [a = [() => { let seen; }]] = [1]; seen = 2; }",
        "doc => { emit(doc._id, typeof Math.seen); const { a = Math.seen = 1 } = doc; }",
        "doc => { emit(doc._id, typeof seen); switch (1) { case 1: let seen; } seen = 1; }",
        "doc => { emit(doc._id, typeof seen); (() => { let seen; seen = 1; })(); (() => { seen = 1; })(); }",
        "doc => { emit(doc._id, typeof seen); ((a = seen = 1) => { let seen; })(); }",
        "doc => { emit(doc._id, Object.keys(Math)); const { 'assign': a } = Object; a(Math, { seen: 1 }); }",
        "doc => { emit(doc._id, Object.keys(Math)); const { ['ass' + 'ign']: a } = Object; a(Math, { seen: 1 }); }",
        "doc => { emit(doc._id, Object.keys(Math)); const slice = Object['ass' + 'ign']; slice(Math, { seen: 1 }); }",
        "doc => { emit(doc._id, Object.keys(Math)); const { push: slice } = []; [Math].forEach(function(m) { slice.call(m, 1); }); }",
        "doc => emit(doc._id, typeof seen) || (seen = 1)",
        "(doc => { emit(doc._id, typeof seen); seen = 1; })",
        "doc => { emit(doc._id, typeof seen); var let; if (0) ; else let\nseen = 1; }",
        "let counter = 0; doc => emit(doc._id, counter++)",
        "const all = []; (doc) => { all.push(1); emit(doc._id, all.length); }",
        "class A { static n = 0; } doc => emit(doc._id, A.n++)",
        "(n => doc => emit(doc._id, n++))(0)",
        "function(doc) { emit(doc._id, typeof Math.headers); start(Math); try { getRow(); } catch (e) { } }",
        "function(doc) { emit(doc._id, typeof Math.headers); start(Math); getRow(); }",
        "function(doc) { start(1); try { getRow(); emit('ok'); } catch (e) { emit('threw'); } }",
        "function(doc) { send('x'); try { emit(doc._id, getRow()); } catch (e) { emit(e); } }",
        "function(doc) { provides('json', function() { }); registerType('json', doc._id); try { emit(doc._id, getRow()); } catch (e) { emit(e); } }",
    ];

    [Theory]
    [MemberData(nameof(Functions))]
    public void Batches_of_1_7_and_500_give_the_same_rows(string function) => Compare(function, Documents);

    [Theory]
    [MemberData(nameof(Hidden))]
    public void Writes_are_noticed_however_they_are_written(string function) => Compare(function, 15);

    /// <summary>Functions are given only the members that they can see: rows are the same as where another function sees all.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    [MemberData(nameof(Hidden))]
    [InlineData("function(doc) { emit(doc.a.b, doc['c'] && doc.l.length); }")]
    [InlineData("function(doc) { for (var k in doc) emit(k, doc[k]); }")]
    [InlineData("function(doc) { emit(Object.keys(doc)); }")]
    [InlineData("function(doc) { emit(null, doc); }")]
    [InlineData("function({a, ...rest}) { emit(a, rest); }")]
    [InlineData("function(doc) { var d = doc; emit(d.a, d.c); }")]
    [InlineData("function() { emit(arguments[0].a); }")]
    [InlineData("function(doc) { emit('a' in doc, doc.toString()); }")]
    [InlineData("function(doc) { (function(d) { emit(d.c, doc.l); })(doc); }")]
    [InlineData("function(doc) { emit(doc.z, doc.hasOwnProperty('c')); }")]
    [InlineData("doc => emit(doc?.a?.b, doc.c)")]
    [InlineData("doc => emit(`${doc.c}`, doc.a)")]
    [InlineData("doc => { with (doc) { emit(c, a); } }")]
    [InlineData("doc => emit(doc.a, doc.f(1))")]
    [InlineData("function(doc) { emit(eval('doc.c')); }")]
    public void Members_that_a_function_cannot_see_make_no_difference(string function)
    {
        const string library = """{"count":"var n = 0; exports.next = function() { return n++; };"}""";
        const string document = """{"_id":"1","_rev":"1-a","n":1,"a":{"b":2},"c":"d","l":[1,3],"toString":1,"z":null,"valueOf":{"e":1}}""";
        var own = Scripts.Rows(_scripts.Maps(library, function), document);
        var together = Scripts.Rows(_scripts.Maps(library, function, "function(doc) { return JSON.stringify(doc); }"), document);
        Assert.Equal(together, own);
    }

    private void Compare(string function, int count)
    {
        var maps = _scripts.Maps("""{"count":"var n = 0; exports.next = function() { return n++; };"}""", function);
        var documents = Enumerable.Range(0, count).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}","n":{{n}}}""")).ToArray();
        var alone = Rows(maps, documents, 1);

        Assert.Equal(alone, Rows(maps, documents, 7));
        Assert.Equal(alone, Rows(maps, documents, count));
    }

    private static readonly string[] Targets =
        ["Math.seen", "Math['seen']", "Math['se' + 'en']", "Object.prototype.seen", "doc.constructor.seen", "emit.seen", "[].concat.seen", "doc.seen", "seen", "doc.l.seen"];

    private static readonly string[] Writes =
    [
        "{0} = 1", "{0} += 1", "{0} ||= 1", "{0} ??= 1", "{0}++", "--{0}", "++({0})", "({0})--", "{0}+++1", "for ({0} of [1]) ;", "for ({0} in [1]) ;",
        "for ({0} = 0; {0} < 1; {0}++) ;", "[{0}] = [1]", "({{a: {0}}} = {{a: 1}})", "({{a: {0} = 1}} = {{}})", "[...{0}] = [1]", "for ([{0}] of [[1]]) ;",
        "[1].forEach(function() {{ {0} = 1; }})", "[1].forEach(() => {0} = 1)", "({{ m() {{ {0} = 1; }} }}).m()", "({{ set x(v) {{ {0} = v; }} }}).x = 1",
        "(function() {{ {0} = 1; }})()", "'x'.replace(/x/, function() {{ {0} = 1; }})", "`${{{0} = 1}}`", "(1, {0} = 1)", "var a = [0, {0} = 1]",
        "const {{ a = {0} = 1 }} = doc", "let [b = {0} = 1] = []", "for (const c of [{0} = 1]) ;", "for (let i in doc, {0} = 1) ;", "let d = 1, e = {0} = 1",
        "let f = 1\n{0} = 1", "const g = () => {0} = 1; g()",
        "if (1) {{ {0} = 1 }}", "1 && ({0} = 1)", "var a = 1, b = {0} = 1", "try {{ null.x }} catch (e) {{ {0} = 1 }}", "try {{ throw 1 }} catch ({{x = {0} = 1}}) {{ }}",
    ];

    private static readonly string[] Forms =
        ["function(doc) {{ {0} }}", "doc => {{ {{ let seen = 0; const {{ a = 1 }} = doc; }} {0} }}", "(({{ _id: seen }}) => (doc => {{ {0} }}))({{}})"];

    [Fact]
    public void Generated_writes_are_not_seen_by_other_documents()
    {
        var documents = Enumerable.Range(0, 3).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}","n":{{n}},"l":[1]}""")).ToArray();
        var shared = new List<string>();
        foreach (var target in Targets)
        {
            foreach (var write in Writes)
            {
                var statement = string.Format(System.Globalization.CultureInfo.InvariantCulture, write, target);
                foreach (var form in target is "seen" or "Math.seen" ? Forms : [.. Forms.Take(1)])
                {
                    var function = string.Format(
                        System.Globalization.CultureInfo.InvariantCulture, form, $"emit(doc._id, typeof {target}); {statement}; emit(doc._id, typeof {target});");
                    MapFunctions maps;
                    try
                    {
                        maps = _scripts.Maps("{}", function);
                    }
                    catch (ScriptException)
                    {
                        // Not all combinations are JavaScript.
                        continue;
                    }

                    if (!Rows(maps, documents, 1).SequenceEqual(Rows(maps, documents, documents.Length)))
                    {
                        shared.Add(function);
                    }
                }
            }
        }

        Assert.Equal([], shared);
    }

    /// <summary>Review of the sandbox, 3: memory that runs out since other documents took it costs no document its rows.</summary>
    [Fact]
    public void Memory_is_not_shared_by_documents_either()
    {
        var scripts = new Scripts(new ScriptLimits { Memory = 32 << 20 });
        var maps = scripts.Maps("{}", "function(doc) { try { emit(doc._id, 'x'.repeat(1e6)); } catch (e) { emit('caught'); } }");
        var documents = Enumerable.Range(0, 40).Select(static n => Scripts.Utf8($$"""{"_id":"{{n}}"}""")).ToArray();
        var alone = Rows(maps, documents, 1).ConvertAll(static row => row[..10]);

        Assert.Equal(40, alone.Count);
        Assert.DoesNotContain(alone, static row => row.Contains("caught", StringComparison.Ordinal));
        Assert.Equal(alone, Rows(maps, documents, 7).ConvertAll(static row => row[..10]));
        Assert.Equal(alone, Rows(maps, documents, 40).ConvertAll(static row => row[..10]));
    }

    /// <summary>Review of the sandbox, 3: what one function does to a document the next one does not see.</summary>
    [Theory]
    [InlineData("for (doc.x in {a: 1}) ;")]
    [InlineData("for (doc.x of [1]) ;")]
    [InlineData("[doc.x] = [1];")]
    [InlineData("doc.l.push(2);")]
    [InlineData("var l = doc.l; l.sort(); l.reverse();")]
    [InlineData("[1].forEach([]['pu' + 'sh'], doc.l);")]
    public void Functions_do_not_share_changes_of_a_document(string statement)
    {
        const string document = """{"_id":"a","l":[1,3,2]}""";
        var next = "function(doc) { emit(doc.x, doc.l); }";
        Assert.Equal("0.1 null:[1,3,2]", Scripts.Rows(_scripts.Maps("{}", $"function(doc) {{ try {{ {statement} }} catch (e) {{ }} }}", next), document).Last());
    }

    private static List<string> Rows(MapFunctions maps, ReadOnlyMemory<byte>[] documents, int size)
    {
        var rows = new List<string>();
        int mapped;
        for (var from = 0; from < documents.Length; from += mapped)
        {
            using var results = maps.Map([.. documents.Skip(from).Take(size)], TestContext.Current.CancellationToken);

            // A call may leave out the last of its documents, which are asked for again.
            mapped = results.Documents;
            for (var i = 0; i < results.Count; i++)
            {
                rows.Add($"{from + results[i].Document} {Scripts.Text(results[i].Key)}:{Scripts.Text(results[i].Value)}");
            }
        }

        return rows;
    }
}
