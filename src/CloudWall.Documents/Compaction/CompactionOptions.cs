namespace CloudWall.Documents.Compaction;

/// <summary>When databases are compacted by themselves: CouchDB's <c>[smoosh]</c> (its documentation: "Compaction Daemon Rules").</summary>
public sealed record CompactionOptions
{
    /// <summary><c>db_channels</c>, in their order: the first that takes a database has it. None: nothing is compacted by itself.</summary>
    public IReadOnlyList<CompactionChannel> Channels { get; init; } = CompactionChannel.Defaults;

    /// <summary><c>wait_secs</c>: how long after the start, or after the first write that left something behind, to look.</summary>
    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>staleness</c>: how long not to look at the same database again.</summary>
    public TimeSpan Staleness { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told of what went wrong in the background: the database's name, or null where it has been deleted.</summary>
    public Action<string?, Exception> Failed { get; init; } = static (_, _) => { };
}
