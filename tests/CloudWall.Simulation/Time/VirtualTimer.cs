namespace CloudWall.Simulation.Time;

/// <summary>A timer of a machine. What it calls runs as work of that machine.</summary>
internal sealed class VirtualTimer(Machine machine, Action callback) : ITimer
{
    private int _setting;
    private bool _isDisposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
        {
            return false;
        }

        _setting++;
        Set(dueTime, period);
        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _setting++;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Set(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        var setting = _setting;
        machine.World.After(dueTime, () =>
        {
            if (setting != _setting || !machine.IsOn)
            {
                return;
            }

            machine.Start(callback);
            if (period > TimeSpan.Zero)
            {
                Set(period, period);
            }
        });
    }
}
