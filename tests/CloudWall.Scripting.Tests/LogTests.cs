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
}
