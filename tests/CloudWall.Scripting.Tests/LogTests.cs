using CloudWall.Scripting.JavaScript;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests;

/// <summary>Review of the sandbox, 4: what a call logs is bounded, and is what it logged.</summary>
public sealed class LogTests
{
    private readonly Scripts _scripts = new(new ScriptLimits { LogBytes = 1000 });

    [Fact]
    public void A_call_logs_so_many_bytes_and_no_more()
    {
        _scripts.Map("function(doc) { for (var i = 0; i < 100; i++) log('0123456789'.repeat(10)); }");
        Assert.Equal(5, _scripts.Logged.Count);
        Assert.All(_scripts.Logged, line => Assert.Equal(100, line.Length));
    }

    [Fact]
    public void A_long_line_is_cut()
    {
        _scripts.Map("function(doc) { log('x'.repeat(5000)); log('y'); }");
        Assert.Equal(new string('x', 1000) + "…", Assert.Single(_scripts.Logged));
    }

    [Fact]
    public void Empty_lines_do_not_come_for_nothing()
    {
        _scripts.Map("function(doc) { for (var i = 0; i < 1000; i++) log(''); }");
        Assert.Equal(10, _scripts.Logged.Count);
    }

    [Fact]
    public void Each_call_has_its_own()
    {
        for (var i = 0; i < 3; i++)
        {
            _scripts.Map("function(doc) { log('x'.repeat(2000)); }");
        }

        Assert.Equal(3, _scripts.Logged.Count);
    }

    [Fact]
    public void A_line_does_not_end_at_a_zero()
    {
        _scripts.Map("function(doc) { log('a\\0b'); log('\\0'); }");
        Assert.Equal(["a\uFFFDb", "\uFFFD"], _scripts.Logged);
    }

    /// <summary>A document that functions cannot take is named in a line that a log can bear, whatever they threw.</summary>
    [Fact]
    public void Warnings_about_documents_are_short()
    {
        var document = $$"""{"_id":"{{new string('i', 3_000_000)}}"}""";
        Assert.Empty(_scripts.Map("function(doc) { throw {name: 'InternalError', message: 'x'.repeat(1e6)}; }", document));
        var design = _scripts.Design("""{"filters":{"f":"function(doc) { throw {name: 'InternalError', message: 'out of memory'}; }"}}""");
        Assert.Equal([false], design.Filter("f", [Scripts.Utf8(document)], default, TestContext.Current.CancellationToken));
        Assert.Equal(2, _scripts.Logged.Count);
        Assert.All(_scripts.Logged, static line => Assert.InRange(line.Length, 1000, 3 * ErrorText.MostLogged));
    }

    [Fact]
    public void Warnings_of_a_minute_are_bounded_and_the_others_are_counted()
    {
        var time = new FakeTimeProvider();
        var scripts = new Scripts(new ScriptLimits { LogBytes = 1000 }, time);
        var warnings = new ScriptWarnings("db", scripts.Options);
        for (var i = 0; i < 20; i++)
        {
            warnings.Write(new string('x', 100));
        }

        Assert.Equal(5, scripts.Logged.Count);
        Assert.EndsWith("x (more warnings of this minute are counted only)", scripts.Logged[^1], StringComparison.Ordinal);
        scripts.Logged.Clear();
        time.Advance(TimeSpan.FromMinutes(1));
        warnings.Write("y");
        warnings.Write("z");
        Assert.Equal(["15 warnings like the last ones were left out", "y", "z"], scripts.Logged);
    }
}
