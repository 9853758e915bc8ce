namespace CloudWall.Documents.Compaction;

/// <summary>How far a compaction has come: CouchDB's <c>_active_tasks</c>.</summary>
/// <param name="Done">Documents that were looked at.</param>
/// <param name="Total">Documents there were when it began.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="UpdatedAt">When it last got further.</param>
public sealed record CompactionProgress(long Done, long Total, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt);
