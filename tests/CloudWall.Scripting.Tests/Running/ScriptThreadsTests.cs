using System.Collections.Concurrent;
using CloudWall.Scripting.Running;

namespace CloudWall.Scripting.Tests.Running;

/// <summary>Calls on threads for functions: who runs where, and what becomes of those that fail, are given up, or come too late.</summary>
public sealed class ScriptThreadsTests
{
    [Fact]
    public async Task Who_waits_for_a_place_runs_on_the_thread_of_who_leaves_it()
    {
        using var threads = new ScriptThreads(2, 2, TimeProvider.System);
        using var gate = new ManualResetEventSlim();
        var first = threads.RunAsync("db", () => Held(gate), TestContext.Current.CancellationToken);
        var others = Enumerable.Range(0, 500)
            .Select(_ => threads.RunAsync("db", () => Environment.CurrentManagedThreadId, TestContext.Current.CancellationToken)).ToList();
        Assert.All(others, static call => Assert.False(call.IsCompleted));
        gate.Set();
        var thread = await first;
        Assert.All(await Task.WhenAll(others), other => Assert.Equal(thread, other));
    }

    [Fact]
    public async Task A_call_that_fails_gives_its_place_to_the_next()
    {
        using var threads = new ScriptThreads(2, 2, TimeProvider.System);
        using var gate = new ManualResetEventSlim();
        var failing = threads.RunAsync<int>(
            "db",
            () =>
            {
                Held(gate);
                throw new InvalidOperationException("as it should");
            },
            TestContext.Current.CancellationToken);
        var next = threads.RunAsync("db", static () => 1, TestContext.Current.CancellationToken);
        gate.Set();
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task Who_gives_up_while_waiting_never_runs_and_who_runs_is_left_alone()
    {
        using var threads = new ScriptThreads(2, 2, TimeProvider.System);
        using var gate = new ManualResetEventSlim();
        using var impatience = new CancellationTokenSource();
        var running = threads.RunAsync("db", () => Held(gate), impatience.Token);
        var ran = new ConcurrentBag<int>();
        var waiting = threads.RunAsync("db", () => Noted(ran), impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => threads.RunAsync("db", () => Noted(ran), impatience.Token));
        gate.Set();
        await running;
        Assert.Equal(0, await threads.RunAsync("db", static () => 0, TestContext.Current.CancellationToken));
        Assert.Empty(ran);
    }

    [Fact]
    public async Task Who_comes_after_the_end_fails()
    {
        var threads = new ScriptThreads(2, 2, TimeProvider.System);
        threads.Dispose();
        for (var i = 0; i < 3; i++)
        {
            // The place of each must be free again for the next.
            await Assert.ThrowsAsync<ObjectDisposedException>(() => threads.RunAsync("db", static () => 0, TestContext.Current.CancellationToken));
        }
    }

    private static int Held(ManualResetEventSlim gate)
    {
        gate.Wait();
        return Environment.CurrentManagedThreadId;
    }

    private static int Noted(ConcurrentBag<int> ran)
    {
        ran.Add(1);
        return 1;
    }
}
