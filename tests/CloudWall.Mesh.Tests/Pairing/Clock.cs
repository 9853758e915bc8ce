namespace CloudWall.Mesh.Tests.Pairing;

/// <summary>A clock whose date may jump while the time that passes does not.</summary>
internal sealed class Clock : TimeProvider
{
    public TimeSpan Passed { get; set; }

    public DateTimeOffset Date { get; set; } = DateTimeOffset.UnixEpoch;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Passed.Ticks;

    public override DateTimeOffset GetUtcNow() => Date;
}
