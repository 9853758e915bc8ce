namespace CloudWall.Documents.Compaction;

/// <summary>Settings of automatic compaction: CouchDB's <c>[smoosh]</c> (its documentation: "Compaction Daemon Rules").</summary>
public sealed record CompactionOptions
{
    /// <summary>
    /// <c>db_channels</c> in order; the first that accepts a database gets it. An empty list disables automatic compaction.
    /// </summary>
    public IReadOnlyList<CompactionChannel> Channels { get; init; } = CompactionChannel.Defaults;

    /// <summary><c>wait_secs</c>: the delay of a check after the start, or after the first write that leaves garbage.</summary>
    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>staleness</c>: the minimum time between two checks of a database.</summary>
    public TimeSpan Staleness { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Called when background work failed, with the database's name, or null if the database has been deleted.</summary>
    public Action<string?, Exception> Failed { get; init; } = static (_, _) => { };
}
