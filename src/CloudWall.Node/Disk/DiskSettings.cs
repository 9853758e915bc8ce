using CloudWall.Node.Configuration;

namespace CloudWall.Node.Disk;

/// <summary>CouchDB's <c>[disk_monitor]</c>, and the room that is held back.</summary>
public sealed record DiskSettings
{
    /// <summary><c>[disk_monitor] enable</c>: whether the thresholds count.</summary>
    public required bool Enabled { get; init; }

    /// <summary>
    /// <c>[disk_monitor] background_view_indexing_threshold</c>: percent in use above which no index is built that nobody waits for.
    /// </summary>
    public required int BackgroundIndexing { get; init; }

    /// <summary>
    /// <c>[disk_monitor] interactive_view_indexing_threshold</c>: percent in use above which no index is brought up to date.
    /// </summary>
    public required int InteractiveIndexing { get; init; }

    /// <summary><c>[disk_monitor] interactive_database_writes_threshold</c>: percent in use above which documents are not edited.</summary>
    public required int InteractiveWrites { get; init; }

    /// <summary>
    /// <c>[cloudwall] disk_reserve</c> in bytes: the size of a file that holds room for deletions and compaction, and what is left free
    /// beside it; 0 for neither. Null for 32 MiB, or on disks below 1 GiB a 32nd but at least 16 MiB or an eighth.
    /// </summary>
    public required long? Reserve { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static DiskSettings Read(Settings settings) => new()
    {
        Enabled = settings.Boolean("disk_monitor", "enable", false),
        BackgroundIndexing = (int)settings.Number("disk_monitor", "background_view_indexing_threshold", 80, 0, 100),
        InteractiveIndexing = (int)settings.Number("disk_monitor", "interactive_view_indexing_threshold", 90, 0, 100),
        InteractiveWrites = (int)settings.Number("disk_monitor", "interactive_database_writes_threshold", 90, 0, 100),
        Reserve = settings["cloudwall", "disk_reserve"] is null
            ? null
            : settings.Number("cloudwall", "disk_reserve", 0, 0, long.MaxValue / 8),
    };
}
