namespace CloudWall.Documents.Compaction;

/// <summary>
/// A queue of databases that are to be compacted, the needier first: CouchDB's <c>[smoosh.{channel}]</c> (its documentation:
/// "Compaction Daemon"). Each channel is worked through by itself.
/// </summary>
public sealed record CompactionChannel
{
    /// <summary>The channel's name.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured.</summary>
    public CompactionPriority Priority { get; init; } = CompactionPriority.Ratio;

    /// <summary>A database is taken that needs it more than this: a ratio, or bytes.</summary>
    public double MinPriority { get; init; } = 2;

    /// <summary>A database is not taken that needs it more than this.</summary>
    public double MaxPriority { get; init; } = double.PositiveInfinity;

    /// <summary>A database is taken that is larger on disk than so many bytes.</summary>
    public long MinSize { get; init; } = 1 << 20;

    /// <summary>A database is not taken that is larger on disk than so many bytes.</summary>
    public long MaxSize { get; init; } = long.MaxValue;

    /// <summary>How many changes since its last compaction a database must have had.</summary>
    public long MinChanges { get; init; }

    /// <summary>How many databases may wait; beyond that the least needy is left out.</summary>
    public int Capacity { get; init; } = 9999;

    /// <summary>How many databases are compacted at a time.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>When compactions may begin; null for always.</summary>
    public CompactionWindow? Window { get; init; }

    /// <summary>Whether a compaction that is running pauses outside of the window.</summary>
    public bool StrictWindow { get; init; }

    /// <summary>CouchDB's channels for databases.</summary>
    public static IReadOnlyList<CompactionChannel> Defaults { get; } =
    [
        new() { Name = "ratio_dbs" },
        new() { Name = "slack_dbs", Priority = CompactionPriority.Slack, MinPriority = 512 << 20 },
    ];

    /// <summary>How much a database needs compaction.</summary>
    /// <param name="file">Bytes on disk.</param>
    /// <param name="active">Bytes of them that hold live data.</param>
    /// <param name="changes">Changes since the last compaction.</param>
    /// <returns>Its priority, or null where it is not for this channel.</returns>
    internal double? Rank(long file, long active, long changes)
    {
        if (file <= MinSize || file > MaxSize || changes < MinChanges)
        {
            return null;
        }

        var need = Priority == CompactionPriority.Slack ? file - active
            : active == 0 ? double.MaxValue
            : (double)file / active;
        return need > MinPriority && (need <= MaxPriority || active == 0) ? need : null;
    }
}
