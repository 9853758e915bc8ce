using CloudWall.Scripting.QuickJs;

namespace CloudWall.Scripting.Tests.QuickJs;

/// <summary>The clock of running calls ticks while there are any, and sleeps when there have been none for a while.</summary>
public sealed class EpochTickerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void Time_passes_while_calls_run_and_stops_some_time_after_the_last()
    {
        var ticks = 0;
        using var ticker = new EpochTicker(() => Interlocked.Increment(ref ticks));
        for (var round = 0; round < 3; round++)
        {
            ticker.Enter();
            ticker.Enter();
            ticker.Exit();
            var before = Volatile.Read(ref ticks);
            Assert.False(ticker.IsAsleep);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref ticks) > before + 60, Patience));
            Assert.False(ticker.IsAsleep);
            ticker.Exit();
            Assert.True(SpinWait.SpinUntil(() => ticker.IsAsleep, Patience));
        }
    }

    [Fact]
    public void It_ends_while_it_sleeps()
    {
        var ticker = new EpochTicker(static () => { });
        ticker.Enter();
        ticker.Exit();
        Assert.True(SpinWait.SpinUntil(() => ticker.IsAsleep, Patience));
        ticker.Dispose();
    }
}
