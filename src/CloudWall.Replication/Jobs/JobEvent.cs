namespace CloudWall.Replication.Jobs;

/// <summary>Something that happened to a job.</summary>
/// <param name="Type"><c>added</c>, <c>started</c>, <c>stopped</c> or <c>crashed</c>.</param>
/// <param name="Time">When.</param>
/// <param name="Reason">Why it crashed.</param>
public sealed record JobEvent(string Type, DateTimeOffset Time, string? Reason = null);
