using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Scripting.Tests;

/// <summary>Time that passes when told to, and knows which timers would still wake the process.</summary>
internal sealed class CountedTimers : FakeTimeProvider
{
    private readonly ConcurrentDictionary<CountedTimer, string> _active = new();

    /// <summary>How many timers run.</summary>
    public int Active => _active.Count;

    /// <summary>What their callbacks belong to.</summary>
    public string Names => string.Join(", ", _active.Values);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this, callback, state, (state as Delegate)?.Method.DeclaringType?.Name ?? state?.GetType().Name ?? "-");
        timer.Begin(
            base.CreateTimer(static timer => ((CountedTimer)timer!).Fire(), timer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class CountedTimer(CountedTimers time, TimerCallback callback, object? state, string name) : ITimer
    {
        private ITimer? _inner;
        private bool _repeats;

        public void Begin(ITimer inner) => _inner = inner;

        public void Fire()
        {
            if (!_repeats)
            {
                time._active.TryRemove(this, out _);
            }

            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _repeats = period > TimeSpan.Zero;
            if (dueTime >= TimeSpan.Zero)
            {
                time._active[this] = name;
            }
            else
            {
                time._active.TryRemove(this, out _);
            }

            if (_inner!.Change(dueTime, period))
            {
                return true;
            }

            time._active.TryRemove(this, out _);
            return false;
        }

        public void Dispose()
        {
            time._active.TryRemove(this, out _);
            _inner!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
