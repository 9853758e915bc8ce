namespace CloudWall.Indexing.Building;

/// <summary>The progress of a build.</summary>
/// <param name="Done">The number of changes that were processed.</param>
/// <param name="Total">The number of changes to process, counted at the start.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="UpdatedAt">The time of the last progress.</param>
public sealed record IndexProgress(long Done, long Total, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt);
