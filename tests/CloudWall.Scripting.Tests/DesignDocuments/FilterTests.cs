using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.DesignDocuments;

public sealed class FilterTests
{
    private readonly Scripts _scripts = new();

    private static bool[] Filter(DesignFunctions design, string name, string request, params string[] documents) =>
        design.Filter(name, [.. documents.Select(Scripts.Utf8)], Scripts.Utf8(request), TestContext.Current.CancellationToken);

    [Fact]
    public void A_filter_answers_for_each_document()
    {
        var design = _scripts.Design("""{"_id":"_design/a","filters":{"kind":"function(doc, req) { return doc.kind === req.query.kind; }","truthy":"d => 'yes'"}}""");
        Assert.Equal([true, false], Filter(design, "kind", """{"query":{"kind":"cat"}}""", """{"kind":"cat"}""", """{"kind":"dog"}"""));
        Assert.Equal([true], Filter(design, "truthy", "{}", "{}"));
        Assert.Equal([], Filter(design, "truthy", "{}"));
    }

    [Fact]
    public void A_view_filters_by_whether_it_emits()
    {
        var design = _scripts.Design("""{"views":{"lib":{"min":"exports.n = 2"},"byn":{"map":"function(doc) { if (doc.n > require('views/lib/min').n) emit(doc.n, null); }"}}}""");
        Assert.Equal([true, false], design.FilterByView("byn", [Scripts.Utf8("""{"n":3}"""), Scripts.Utf8("""{"n":1}""")], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Only_map_functions_have_index()
    {
        Assert.Equal(["0.0 \"function\":null"], _scripts.Map("function(doc) { emit(typeof index, null); }"));
        var reduces = _scripts.Reduces("function() { return typeof index; }");
        var row = new ReduceRow(Scripts.Utf8("1"), Scripts.Utf8("\"a\""), Scripts.Utf8("1"));
        Assert.Equal("\"undefined\"", Scripts.Text(Assert.Single(reduces.Reduce([row], TestContext.Current.CancellationToken))));
        var design = _scripts.Design("""{"filters":{"a":"function() { return typeof index === 'undefined'; }"}}""");
        Assert.Equal([true], Filter(design, "a", "{}", "{}"));
    }

    [Theory]
    [InlineData("nope", "missing json key: nope")]
    [InlineData("hasOwnProperty", "missing json key: hasOwnProperty")]
    public void A_missing_filter_is_not_found(string name, string reason)
    {
        var e = Assert.Throws<ScriptException>(() => Filter(_scripts.Design("""{"filters":{"a":"d => 1"}}"""), name, "{}", "{}"));
        Assert.Equal(("not_found", reason), (e.Error, e.Reason));
    }

    [Fact]
    public void A_document_without_filters_is_not_found() =>
        Assert.Equal("missing json key: filters", Assert.Throws<ScriptException>(() => Filter(_scripts.Design("{}"), "a", "{}", "{}")).Reason);

    [Fact]
    public void An_error_has_its_name()
    {
        var design = _scripts.Design("""{"filters":{"a":"function() { throw new Error('oops'); }","b":"function() {","c":"d => { throw {error: 'e', reason: 'r'}; }"}}""");
        Assert.Equal("Error", Assert.Throws<ScriptException>(() => Filter(design, "a", "{}", "{}")).Error);
        Assert.Equal("compilation_error", Assert.Throws<ScriptException>(() => Filter(design, "b", "{}", "{}")).Error);
        Assert.Equal("e: \"r\"", Assert.Throws<ScriptException>(() => Filter(design, "c", "{}", "{}")) is var e ? $"{e.Error}: {Scripts.Text(e.ReasonJson)}" : "");
    }

    [Theory]
    [InlineData("return !req.seen && (req.seen = true);")]
    [InlineData("req.l.push(1); return req.l.length == 1;")]
    [InlineData("for (req.x of [(req.x || 0) + 1]) ; return req.x == 1;")]
    [InlineData("try { doc.big = 'x'.repeat(5e6); req['b' + doc._id] = doc; return true; } catch (e) { return false; }")]
    public void What_one_document_did_to_the_request_the_next_does_not_see(string body)
    {
        var scripts = new Scripts(new ScriptLimits { Memory = 32 << 20 });
        var design = scripts.Design("{\"filters\":{\"a\":\"function(doc, req) { " + body + " }\"}}");
        Assert.Equal([true, true, true, true], Filter(design, "a", """{"l":[]}""", """{"_id":"1"}""", """{"_id":"2"}""", """{"_id":"3"}""", """{"_id":"4"}"""));
    }

    /// <summary>A document that is more than the engine takes does not pass, and holds up no others.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_document_that_the_engine_cannot_take_does_not_pass(bool byView)
    {
        var scripts = new Scripts(new ScriptLimits { Memory = 32 << 20 });
        var design = scripts.Design("""{"filters":{"a":"d => true"},"views":{"a":{"map":"d => emit(1)"}}}""");
        var large = "{\"_id\":\"large\",\"x\":[" + string.Concat(Enumerable.Repeat("{},", 1_000_000)) + "1]}";
        string[] documents = ["""{"_id":"a"}""", large, """{"_id":"z"}"""];

        var passes = byView
            ? design.FilterByView("a", [.. documents.Select(Scripts.Utf8)], TestContext.Current.CancellationToken)
            : Filter(design, "a", "{}", documents);

        Assert.Equal([true, false, true], passes);
        Assert.Equal("InternalError: out of memory, with doc._id large, which does not pass", Assert.Single(scripts.Logged));
    }

    [Fact]
    public void A_filter_that_wants_too_much_memory_fails()
    {
        var scripts = new Scripts(new ScriptLimits { Memory = 32 << 20 });
        var design = scripts.Design("""{"filters":{"a":"function(d) { for (var l = [];;) l.push({ a: l.length }); }"}}""");
        Assert.Equal("InternalError", Assert.Throws<ScriptException>(() => Filter(design, "a", "{}", "{}")).Error);
    }
}
