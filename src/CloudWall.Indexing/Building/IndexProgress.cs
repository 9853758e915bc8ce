namespace CloudWall.Indexing.Building;

/// <summary>How far a build has come.</summary>
/// <param name="Done">Changes that are in the index.</param>
/// <param name="Total">Changes that there were to be taken in when it began.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="UpdatedAt">When it last came on.</param>
public sealed record IndexProgress(long Done, long Total, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt);
