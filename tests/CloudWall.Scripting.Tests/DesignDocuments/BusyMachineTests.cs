using CloudWall.Scripting.DesignDocuments;
using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.Tests.DesignDocuments;

/// <summary>Each <c>log()</c> takes the processor away for longer than a function may take.</summary>
public sealed class BusyMachineTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly ScriptHostOptions _options = new() { Limits = new ScriptLimits { Timeout = Limit }, Log = static _ => Thread.Sleep(2 * Limit) };
    private readonly ScriptThreads _threads = new(2, 2, TimeProvider.System);
    private readonly JavaScriptFactory _factory;

    public BusyMachineTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the system has no clock of threads");
        _factory = new JavaScriptFactory(_options, _threads);
    }

    public void Dispose()
    {
        _factory.Dispose();
        _threads.Dispose();
    }

    /// <summary>The time is looked at every few milliseconds while code runs, so it runs for some.</summary>
    [Fact]
    public void Only_the_processor_time_of_a_function_counts() => Assert.Equal(
        """{"body":"499999500000"}""",
        Show("function() { log('x'); var sum = 0; for (var i = 0; i < 1e6; i++) { sum += i; } return '' + sum; }"));

    [Fact]
    public void What_does_not_end_is_ended()
    {
        var failure = Assert.Throws<ScriptException>(() => Show("function() { log('x'); for (;;) { } }"));
        Assert.Equal(("os_process_error", "OS process timed out."), (failure.Error, failure.Reason));
    }

    private string Show(string function)
    {
        var design = new DesignSource("javascript", Scripts.Utf8($$"""{"_id":"_design/d","shows":{"s":"{{function}}"} }"""));
        var answer = _factory.CreateDesign("db", design, _options)
            .Show("s", Scripts.Utf8("null"), Scripts.Utf8("{}"), TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(answer.Span);
    }
}
