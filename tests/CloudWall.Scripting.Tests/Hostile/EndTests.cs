using CloudWall.Scripting.JavaScript;
using CloudWall.Scripting.Running;
using CloudWall.Scripting.Views;

namespace CloudWall.Scripting.Tests.Hostile;

/// <summary>Review of the sandbox, 5: a host that ends has its calls end.</summary>
public sealed class EndTests
{
    [Fact]
    public async Task What_runs_ends_with_the_host()
    {
        var begun = new SemaphoreSlim(0);
        var options = new ScriptHostOptions
        {
            Limits = new ScriptLimits { Timeout = TimeSpan.FromHours(1) },
            Log = _ => begun.Release(),
        };
        var threads = new ScriptThreads(4, 2, TimeProvider.System);
        var host = new ScriptHost(options, threads, new JavaScriptFactory(options, threads));
        var maps = host.Maps("db", new MapSource("javascript", ["function(doc) { log('begun'); for (;;) { } }"], default));
        var run = threads.RunAsync(
            "db",
            () =>
            {
                using var results = maps.Map([Scripts.Utf8("{}")], CancellationToken.None);
                return results.Count;
            },
            CancellationToken.None);
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        host.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Throws<ObjectDisposedException>(() =>
        {
            using var results = maps.Map([Scripts.Utf8("{}")], CancellationToken.None);
        });
    }
}
