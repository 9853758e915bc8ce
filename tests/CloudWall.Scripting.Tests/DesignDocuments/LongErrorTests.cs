using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.DesignDocuments;

/// <summary>What functions throw goes to clients, and is kept where they do not compile: it has a length that both can bear.</summary>
public sealed class LongErrorTests
{
    private readonly Scripts _scripts = new();

    [Theory]
    [InlineData("(function(){ throw 'x'.repeat(5e6) })()", "compilation_error")]
    [InlineData("'x'.repeat(5e6)", "compilation_error")]
    [InlineData("function() { throw 'x'.repeat(5e6); }", "render_error")]
    [InlineData("function() { throw ['error', 'mine', 'x'.repeat(5e6)]; }", "mine")]
    [InlineData("function() { throw ['error', 'mine', {a: 'x'.repeat(5e6)}]; }", "mine")]
    [InlineData("function() { throw ['fatal', 'x'.repeat(5e6), 'x']; }", null)]
    [InlineData("function() { throw {error: 'x'.repeat(5e6), reason: 'x'}; }", null)]
    public void Long_errors_of_functions_are_cut(string function, string? error)
    {
        var design = _scripts.Design(Json(new { _id = "_design/d", shows = new { f = function } }));
        for (var i = 0; i < 2; i++)
        {
            var failure = Assert.Throws<ScriptException>(
                () => design.Show("f", Scripts.Utf8("{}"), Scripts.Utf8("{}"), TestContext.Current.CancellationToken));
            Assert.Equal(error ?? new string('x', failure.Error.Length - 1) + "…", failure.Error);
            AssertShort(failure);
        }
    }

    [Theory]
    [InlineData("function() { throw {forbidden: 'x'.repeat(5e6)}; }", "forbidden")]
    [InlineData("function() { throw {unauthorized: ['x'.repeat(5e6)]}; }", "unauthorized")]
    [InlineData("function() { throw {other: 'x'.repeat(5e6)}; }", "unknown_error")]
    [InlineData("function() { throw ['x'.repeat(5e6)]; }", "unknown_error")]
    [InlineData("function() { var o = {}; o['x'.repeat(5e6)] = 1; throw o; }", "unknown_error")]
    public void Long_refusals_are_cut(string function, string error)
    {
        var design = _scripts.Design(Json(new { _id = "_design/d", validate_doc_update = function }));
        var failure = Assert.Throws<ScriptException>(() => design.Validate(
            new(Scripts.Utf8("{}"), default, Scripts.Utf8("{}"), Scripts.Utf8("{}")), TestContext.Current.CancellationToken));
        Assert.Equal(error, failure.Error);
        AssertShort(failure);
    }

    [Fact]
    public void Errors_of_compilation_quote_functions_of_the_usual_length()
    {
        var function = "function(doc) { " + new string('x', 20_000) + " y; }";
        var failure = Assert.Throws<ScriptException>(() => _scripts.Maps("", function));
        Assert.EndsWith($"({function})", failure.Reason, StringComparison.Ordinal);
    }

    private static string Json(object value) => System.Text.Json.JsonSerializer.Serialize(value);

    private static void AssertShort(ScriptException failure)
    {
        Assert.InRange(failure.ReasonJson.Length, 1, ErrorText.MostReason + 8);
        Assert.InRange(failure.Reason.Length, 1, ErrorText.MostReason + 8);
        Assert.InRange(failure.Error.Length, 1, ErrorText.MostName + 8);
        Assert.InRange(failure.Message.Length, 1, 2 * ErrorText.MostReason);
        Scripts.AssertJson(failure.ReasonJson.Span);
    }
}
