namespace CloudWall.Documents.Compaction;

/// <summary>
/// A queue of databases to compact, highest priority first: CouchDB's <c>[smoosh.{channel}]</c> (its documentation: "Compaction Daemon").
/// Channels are independent of each other.
/// </summary>
public sealed record CompactionChannel
{
    /// <summary>The channel's name.</summary>
    public required string Name { get; init; }

    /// <summary>The measure of priority.</summary>
    public CompactionPriority Priority { get; init; } = CompactionPriority.Ratio;

    /// <summary>Databases with a higher priority than this are accepted: a ratio, or bytes.</summary>
    public double MinPriority { get; init; } = 2;

    /// <summary>Databases with a higher priority than this are not accepted.</summary>
    public double MaxPriority { get; init; } = double.PositiveInfinity;

    /// <summary>Databases larger than this on disk, in bytes, are accepted.</summary>
    public long MinSize { get; init; } = 1 << 20;

    /// <summary>Databases larger than this on disk, in bytes, are not accepted.</summary>
    public long MaxSize { get; init; } = long.MaxValue;

    /// <summary>The minimum number of changes since the last compaction.</summary>
    public long MinChanges { get; init; }

    /// <summary>The maximum queue length; beyond it, the database with the lowest priority is dropped.</summary>
    public int Capacity { get; init; } = 9999;

    /// <summary>The maximum number of concurrent compactions.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>The time of day at which compactions may start; null for any time.</summary>
    public CompactionWindow? Window { get; init; }

    /// <summary>Whether running compactions pause outside the window.</summary>
    public bool StrictWindow { get; init; }

    /// <summary>CouchDB's channels for databases.</summary>
    public static IReadOnlyList<CompactionChannel> Defaults { get; } =
    [
        new() { Name = "ratio_dbs" },
        new() { Name = "slack_dbs", Priority = CompactionPriority.Slack, MinPriority = 512 << 20 },
    ];

    /// <summary>Computes a database's priority.</summary>
    /// <param name="file">Bytes on disk.</param>
    /// <param name="active">Bytes of live data.</param>
    /// <param name="changes">Changes since the last compaction.</param>
    /// <returns>Its priority; null if the channel does not accept it.</returns>
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
