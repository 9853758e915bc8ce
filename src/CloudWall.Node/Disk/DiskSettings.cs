using CloudWall.Settings;

namespace CloudWall.Node.Disk;

/// <summary>CouchDB's <c>[disk_monitor]</c>, and the room that is held back.</summary>
public sealed record DiskSettings
{
    private const string Section = "disk_monitor";

    private static readonly Setting<bool> Enable = new(
        Section, "enable", SettingKinds.Boolean, false, "Whether edits and the building of indexes end (507) above these thresholds.");

    private static readonly Setting<int> BackgroundIndexingThreshold = new(
        Section, "background_view_indexing_threshold", SettingKinds.Count(0, 100), 80,
        "Percent of the disk in use above which no index is built that nobody waits for.");

    private static readonly Setting<int> InteractiveIndexingThreshold = new(
        Section, "interactive_view_indexing_threshold", SettingKinds.Count(0, 100), 90,
        "Percent in use above which no index is brought up to date.");

    private static readonly Setting<int> InteractiveWritesThreshold = new(
        Section, "interactive_database_writes_threshold", SettingKinds.Count(0, 100), 90,
        "Percent in use above which documents are not edited.");

    private static readonly Setting<long?> DiskReserve = new(
        "cloudwall", "disk_reserve", SettingKinds.NumberOrNone(0, long.MaxValue / 8), null,
        "Bytes of the disk that are held back: ordinary writes end (507) while as much is free, and deletions and compaction go on.",
        "32 MiB; less on disks below 1 GiB");

    /// <summary>All settings of the disk.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Enable, BackgroundIndexingThreshold, InteractiveIndexingThreshold, InteractiveWritesThreshold, DiskReserve];

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
    public static DiskSettings Read(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new DiskSettings
        {
            Enabled = settings.Get(Enable),
            BackgroundIndexing = settings.Get(BackgroundIndexingThreshold),
            InteractiveIndexing = settings.Get(InteractiveIndexingThreshold),
            InteractiveWrites = settings.Get(InteractiveWritesThreshold),
            Reserve = settings.Get(DiskReserve),
        };
    }
}
