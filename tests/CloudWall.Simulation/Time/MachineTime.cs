namespace CloudWall.Simulation.Time;

/// <summary>The clock of a machine: it runs with the virtual time, and may be set wrong.</summary>
public sealed class MachineTime(Machine machine) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TimeSpan _bootedAt = machine.World.Now;

    /// <summary>How far the date is wrong; what measures how long something takes is not.</summary>
    public TimeSpan Error { get; set; }

    /// <summary>The virtual time of a timestamp.</summary>
    public TimeSpan InWorld(long timestamp) => _bootedAt + TimeSpan.FromTicks(timestamp);

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Beginning + machine.World.Now + Error;

    /// <inheritdoc/>
    public override long GetTimestamp() => (machine.World.Now - _bootedAt).Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(machine, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}
