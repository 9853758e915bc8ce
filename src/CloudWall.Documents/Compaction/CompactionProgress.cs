namespace CloudWall.Documents.Compaction;

/// <summary>The progress of a compaction, for CouchDB's <c>_active_tasks</c>.</summary>
/// <param name="Done">The number of visited documents.</param>
/// <param name="Total">The number of documents at its start.</param>
/// <param name="StartedAt">The start time.</param>
/// <param name="UpdatedAt">The time of the last progress.</param>
public sealed record CompactionProgress(long Done, long Total, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt);
