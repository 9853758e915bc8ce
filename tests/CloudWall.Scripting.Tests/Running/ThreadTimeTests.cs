using System.Diagnostics;
using CloudWall.Scripting.Running;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests.Running;

public sealed class ThreadTimeTests
{
    [Fact]
    public void A_thread_uses_time_while_it_works_and_none_while_it_waits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the system has no clock of threads");
        var clock = ThreadTime.Beside(TimeProvider.System);
        Assert.NotSame(TimeProvider.System, clock);
        var (began, wall) = (clock.GetTimestamp(), Stopwatch.GetTimestamp());
        Thread.Sleep(50);
        Assert.InRange(clock.GetElapsedTime(began), TimeSpan.Zero, Stopwatch.GetElapsedTime(wall) / 2);

        // It ends only if the clock goes on.
        for (var from = clock.GetTimestamp(); clock.GetElapsedTime(from) < TimeSpan.FromMilliseconds(5);)
        {
            Thread.SpinWait(1000);
        }
    }

    [Fact]
    public void A_clock_of_ones_own_is_kept()
    {
        var time = new FakeTimeProvider();
        Assert.Same(time, ThreadTime.Beside(time));
    }
}
