namespace CloudWall.Documents.Compaction;

/// <summary>The measure of a database's need for compaction: CouchDB's <c>[smoosh.{channel}] priority</c>.</summary>
public enum CompactionPriority
{
    /// <summary>The ratio of the size on disk to the live data.</summary>
    Ratio,

    /// <summary>The bytes on disk that hold no live data.</summary>
    Slack,
}
