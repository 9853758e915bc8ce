using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Running;

/// <summary>Calls in a simulation: one after another, in the caller's context, on one thread that is kept.</summary>
public sealed class InlineRunnerTests : IDisposable
{
    private readonly InlineRunner _runner = new();

    public void Dispose() => _runner.Dispose();

    [Fact]
    public void All_calls_have_one_thread()
    {
        Thread? first = null;
        for (var i = 0; i < 100; i++)
        {
            var thread = _runner.Run("db", static () => Thread.CurrentThread, TestContext.Current.CancellationToken);
            Assert.Same(first ??= thread, thread);
        }

        Assert.NotSame(first, Thread.CurrentThread);
    }

    [Fact]
    public async Task A_call_is_done_when_the_caller_goes_on()
    {
        var local = new AsyncLocal<int> { Value = 7 };
        var running = _runner.RunAsync("db", () => local.Value, TestContext.Current.CancellationToken);
        Assert.True(running.IsCompletedSuccessfully);
        Assert.Equal(7, await running);
        await Assert.ThrowsAsync<FormatException>(() => _runner.RunAsync<int>("db", static () => throw new FormatException(), TestContext.Current.CancellationToken));
        Assert.Equal(1, await _runner.RunAsync("db", static () => 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_call_may_call_others()
    {
        var inner = _runner.Run(
            "db",
            () => (_runner.RunAsync("db", static () => Thread.CurrentThread, CancellationToken.None).Result, Thread.CurrentThread),
            TestContext.Current.CancellationToken);
        Assert.Same(inner.CurrentThread, inner.Result);
    }

    [Fact]
    public void Callers_on_many_threads_take_turns()
    {
        var (running, most) = (0, 0);
        Parallel.For(0, 100, _ => _runner.Run(
            "db",
            () =>
            {
                most = Math.Max(most, ++running);
                Thread.Yield();
                return --running;
            },
            CancellationToken.None));
        Assert.Equal((0, 1), (running, most));
    }

    [Fact]
    public void The_thread_ends_with_the_runner()
    {
        var thread = _runner.Run("db", static () => Thread.CurrentThread, TestContext.Current.CancellationToken);
        _runner.Dispose();
        Assert.True(thread.Join(TimeSpan.FromSeconds(60)));
        Assert.Throws<ObjectDisposedException>(() => { _runner.Run("db", static () => 1, CancellationToken.None); });
    }

    [Fact]
    public void Its_stack_is_enough_for_functions_that_call_themselves_without_end()
    {
        var options = new ScriptHostOptions();
        using var factory = new JavaScriptFactory(options, _runner);
        var maps = factory.CreateMaps(
            "db",
            new MapSource("javascript", ["function(doc) { try { (function f() { f(); })(); } catch (e) { emit(e.name, (function f(n) { return n ? f(n - 1) + 1 : 0; })(8000)); } }"], default),
            options);
        Assert.Equal(["0.0 \"InternalError\":8000"], Scripts.Rows(maps, "{}"));
    }
}
