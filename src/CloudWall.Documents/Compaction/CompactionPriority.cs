namespace CloudWall.Documents.Compaction;

/// <summary>How the need of compaction is told: CouchDB's <c>[smoosh.{channel}] priority</c>.</summary>
public enum CompactionPriority
{
    /// <summary>How many times as large the database is on disk as its live data.</summary>
    Ratio,

    /// <summary>How many bytes on disk hold no live data.</summary>
    Slack,
}
