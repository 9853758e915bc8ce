namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review of the sandbox, 2: whatever happens while functions are compiled is an error of theirs.</summary>
public sealed class CompilationTests
{
    private readonly Scripts _scripts = new(new ScriptLimits { Timeout = TimeSpan.FromSeconds(60), Memory = 32 << 20 });
    private readonly Scripts _hurried = new(new ScriptLimits { Timeout = TimeSpan.FromMilliseconds(300), Memory = 32 << 20 });

    private static string Nested => new string('(', 100_000) + "1" + new string(')', 100_000);

    public static TheoryData<string, string> Texts => new()
    {
        { $"function(doc) {{ return {Nested}; }}", "compilation_error" },
        { $"function(doc) {{ return {Nested.Replace('(', '[').Replace(')', ']')}; }}", "compilation_error" },
        { $"function(doc) {{ {Nested.Replace('(', '{').Replace(')', '}')} }}", "compilation_error" },
        { $"(function() {{ eval('{Nested}'); return function(doc) {{ }}; }})()", "compilation_error" },
        { "(function() { for (;;) { } })()", "os_process_error" },
        { "function(doc) { emit(1); }\0 + nonsense(", "compilation_error" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_cannot_be_compiled_is_an_error_of_the_text(string text, string error)
    {
        var scripts = error == "os_process_error" ? _hurried : _scripts;
        Assert.Equal(error, Assert.Throws<ScriptException>(() => scripts.Maps("", text)).Error);
        Assert.Equal(error, Assert.Throws<ScriptException>(() => scripts.Reduces(text)).Error);
        var design = scripts.Design($$"""{"validate_doc_update":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""");
        var none = Scripts.Utf8("null");
        Assert.Equal(error, Assert.Throws<ScriptException>(() => design.Validate(new(Scripts.Utf8("{}"), none, none, none), TestContext.Current.CancellationToken)).Error);
    }

    [Fact]
    public void Memory_that_runs_out_is_an_error_of_the_text() =>
        Assert.Throws<ScriptException>(() => _scripts.Maps("", "(function() { var s = 'x'; for (;;) { s += s; s.split(''); } })()"));
}
