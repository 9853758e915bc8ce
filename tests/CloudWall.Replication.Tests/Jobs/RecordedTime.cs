using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Replication.Tests.Jobs;

/// <summary>Time that passes when told to, and remembers how long it was asked to wait.</summary>
internal sealed class RecordedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>The waits so far, oldest first.</summary>
    public IReadOnlyCollection<TimeSpan> Waits => _waits;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
        {
            _waits.Enqueue(dueTime);
        }

        return timer;
    }
}
