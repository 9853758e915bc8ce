namespace CloudWall.Replication.Jobs;

/// <summary>How jobs share the node: settings of <c>[replicator]</c> under CouchDB's names, where it has them.</summary>
public sealed record SchedulerSettings
{
    /// <summary><c>max_jobs</c>: how many run at a time.</summary>
    public int MaxJobs { get; init; } = 500;

    /// <summary><c>max_churn</c>: how many are stopped, at each interval, to make room for those that wait.</summary>
    public int MaxChurn { get; init; } = 20;

    /// <summary><c>interval</c>, milliseconds: how often room is made for those that wait.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>max_history</c>: how many events of a job are remembered.</summary>
    public int MaxHistory { get; init; } = 20;

    /// <summary>How long a job waits after its first failure; it doubles with each.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>max_backoff</c>, seconds (CloudWall's own): how long a job waits at most after a failure.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long to wait after so many failures in a row.</summary>
    internal TimeSpan BackoffAfter(int failures) => TimeSpan.FromSeconds(
        Math.Min(MaxBackoff.TotalSeconds, FirstBackoff.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 30))));
}
