using CloudWall.Scripting.Running;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.Running;

/// <summary>Review, attack 14: clients that read nothing of a list block no other lists.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptThreads _threads;
    private int _sipping;
    private readonly CancellationTokenSource _test = new(TimeSpan.FromSeconds(60));

    // Two lists at a time, one for each database.
    public StreamTests() => _threads = new ScriptThreads(4, 2, _time);

    public void Dispose()
    {
        _threads.Dispose();
        _test.Dispose();
    }

    [Theory]
    [InlineData("a", "b", "a")]
    [InlineData("a", "b", "c")]
    public async Task Who_takes_nothing_makes_room_where_others_wait(string first, string second, string third)
    {
        var one = await StallAsync(first);
        _time.Advance(TimeSpan.FromSeconds(1));
        var two = await StallAsync(second);

        var next = _threads.StreamAsync(third, static _ => { }, _test.Token);
        await AdvanceUntilAsync(() => next.IsCompleted, Streams.Stall + TimeSpan.FromSeconds(5));
        await next;

        // Who has waited longest is ended, and nobody else.
        Assert.Equal("timeout", (await Assert.ThrowsAsync<ScriptException>(() => one.Running)).Error);
        Assert.False(two.Running.IsCompleted);
        two.Resume();
        await two.Running;
    }

    [Fact]
    public async Task A_database_with_its_share_makes_room_of_its_own()
    {
        var other = await StallAsync("b");
        _time.Advance(TimeSpan.FromSeconds(1));
        var own = await StallAsync("a");

        var next = _threads.StreamAsync("a", static _ => { }, _test.Token);
        await AdvanceUntilAsync(() => next.IsCompleted, Streams.Stall + TimeSpan.FromSeconds(5));
        await next;
        await Assert.ThrowsAsync<ScriptException>(() => own.Running);
        Assert.False(other.Running.IsCompleted);
        other.Resume();
        await other.Running;
    }

    [Fact]
    public async Task Nobody_is_ended_while_nobody_waits()
    {
        var stalled = await StallAsync("a");
        for (var minute = 0; minute < 60; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await _threads.StreamAsync("b", static _ => { }, _test.Token);
        Assert.False(stalled.Running.IsCompleted);
        stalled.Resume();
        await stalled.Running;
    }

    [Fact]
    public async Task A_client_that_takes_some_now_and_then_makes_room_in_the_end()
    {
        var running = _threads.StreamAsync(
            "a",
            ending =>
            {
                while (!ending.IsCancellationRequested)
                {
                    var since = _time.GetTimestamp();
                    ScriptPlace.AwaitClient(() => SpinWait.SpinUntil(
                        () => ending.IsCancellationRequested || _time.GetElapsedTime(since) > Streams.Stall / 2));
                }

                ending.ThrowIfCancellationRequested();
            },
            _test.Token);
        var next = _threads.StreamAsync("a", static _ => { }, _test.Token);
        await AdvanceUntilAsync(() => next.IsCompleted, 2 * Streams.Slow);
        await next;
        await Assert.ThrowsAsync<ScriptException>(() => running);
    }

    /// <summary>Two databases have all the lists that they may, whose clients take a little now and then.</summary>
    [Fact]
    public async Task Slow_clients_of_two_databases_do_not_keep_a_third_waiting()
    {
        using var threads = new ScriptThreads(4, 8, _time);
        using var ending = new CancellationTokenSource();
        var slow = Enumerable.Range(0, 8).Select(i => SipAsync(threads, i % 2 == 0 ? "a" : "b", ending.Token)).ToList();
        await AdvanceUntilAsync(() => threads.Waiting == 0 && _sipping == 7, TimeSpan.FromSeconds(5));

        // A place is kept for its first list.
        await threads.StreamAsync("c", static _ => { }, _test.Token);
        var third = SipAsync(threads, "c", ending.Token);

        // Another one of it has to wait, but not for minutes.
        var next = threads.StreamAsync("c", static _ => { }, _test.Token);
        await AdvanceUntilAsync(() => next.IsCompleted, Streams.Stall + TimeSpan.FromSeconds(5));
        await next;
        Assert.False(third.IsCompleted);
        slow.Add(third);
        await ending.CancelAsync();
        foreach (var list in slow)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => list);
        }
    }

    [Fact]
    public async Task A_list_that_waits_for_its_client_has_no_place_to_run_in()
    {
        using var threads = new ScriptThreads(2, 20, _time);
        var stalled = new List<Stalled>();
        for (var i = 0; i < 10; i++)
        {
            stalled.Add(await StallAsync("a", threads));
        }

        Assert.Equal(1, await threads.RunAsync("a", static () => 1, _test.Token));
        foreach (var list in stalled)
        {
            list.Resume();
            await list.Running;
        }
    }

    /// <summary>Begins a list whose client takes nothing.</summary>
    private async Task<Stalled> StallAsync(string scope, ScriptThreads? threads = null)
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var resumed = new ManualResetEventSlim();
        var running = (threads ?? _threads).StreamAsync(
            scope,
            ending => ScriptPlace.AwaitClient(() =>
            {
                waits.SetResult();
                resumed.Wait(ending);
            }),
            _test.Token);
        await waits.Task.WaitAsync(_test.Token);
        return new Stalled(running, resumed.Set);
    }

    /// <summary>A list whose client takes something every few seconds.</summary>
    private Task SipAsync(ScriptThreads threads, string scope, CancellationToken cancellation) => threads.StreamAsync(
        scope,
        ending =>
        {
            Interlocked.Increment(ref _sipping);
            while (!ending.IsCancellationRequested)
            {
                var since = _time.GetTimestamp();
                ScriptPlace.AwaitClient(() => SpinWait.SpinUntil(
                    () => ending.IsCancellationRequested || _time.GetElapsedTime(since) > Streams.Stall / 2));
            }

            ending.ThrowIfCancellationRequested();
        },
        cancellation);

    private async Task AdvanceUntilAsync(Func<bool> condition, TimeSpan most)
    {
        for (var passed = TimeSpan.Zero; !condition(); passed += TimeSpan.FromSeconds(1))
        {
            Assert.True(passed < most, "Nothing has happened by then.");
            _time.Advance(TimeSpan.FromSeconds(1));

            // What the clock has woken needs a moment of a processor, or several.
            for (var i = 0; i < 20 && !condition(); i++)
            {
                await Task.Delay(1, _test.Token);
            }
        }
    }

    private sealed record Stalled(Task Running, Action Resume);
}
