using CloudWall.Settings;

namespace CloudWall.Node.Disk;

/// <summary>The settings of CouchDB's <c>[disk_monitor]</c>, and the size of the disk reserve.</summary>
public sealed record DiskSettings
{
    private const string Section = "disk_monitor";

    private static readonly Setting<bool> Enable = new(
        Section, "enable", SettingKinds.Boolean, false, "Whether edits and index builds are refused (507) above these thresholds.")
    { IsReadAtStart = true };

    private static readonly Setting<int> BackgroundIndexingThreshold = new(
        Section, "background_view_indexing_threshold", SettingKinds.Count(0, 100), 80,
        "Percentage of disk use above which indexes without a waiting query are not built.")
    { IsReadAtStart = true };

    private static readonly Setting<int> InteractiveIndexingThreshold = new(
        Section, "interactive_view_indexing_threshold", SettingKinds.Count(0, 100), 90,
        "Percentage of disk use above which no index is built.")
    { IsReadAtStart = true };

    private static readonly Setting<int> InteractiveWritesThreshold = new(
        Section, "interactive_database_writes_threshold", SettingKinds.Count(0, 100), 90,
        "Percentage of disk use above which edits are refused.")
    { IsReadAtStart = true };

    private static readonly Setting<long?> DiskReserve = new(
        "cloudwall", "disk_reserve", SettingKinds.NumberOrNone(0, long.MaxValue / 8), null,
        "Bytes that are reserved on the disk for deletions and compaction: ordinary writes are refused (507) once only this much is free.",
        "32 MiB; less on disks below 1 GiB")
    { IsReadAtStart = true };

    /// <summary>All settings of the disk.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [Enable, BackgroundIndexingThreshold, InteractiveIndexingThreshold, InteractiveWritesThreshold, DiskReserve];

    /// <summary><c>[disk_monitor] enable</c>: whether the thresholds apply.</summary>
    public required bool Enabled { get; init; }

    /// <summary>
    /// <c>[disk_monitor] background_view_indexing_threshold</c>: above this percentage of disk use, indexes without a waiting query are
    /// not built.
    /// </summary>
    public required int BackgroundIndexing { get; init; }

    /// <summary>
    /// <c>[disk_monitor] interactive_view_indexing_threshold</c>: above this percentage of disk use, no index is built.
    /// </summary>
    public required int InteractiveIndexing { get; init; }

    /// <summary>
    /// <c>[disk_monitor] interactive_database_writes_threshold</c>: above this percentage of disk use, edits are refused.
    /// </summary>
    public required int InteractiveWrites { get; init; }

    /// <summary>
    /// <c>[cloudwall] disk_reserve</c> in bytes: the size of the file that reserves space for deletions and compaction, and the free
    /// space below which ordinary writes are refused; 0 disables both. Null stands for 32 MiB; on disks below 1 GiB, for a 32nd of the
    /// disk, but at least the lesser of 16 MiB and an eighth.
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
