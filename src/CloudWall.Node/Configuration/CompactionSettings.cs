using CloudWall.Documents.Compaction;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>
/// When databases are compacted by themselves, out of CouchDB's <c>[smoosh]</c> and <c>[smoosh.{channel}]</c> (its documentation:
/// "Compaction Daemon"). Channels for views have no effect yet, and of channels that upgrade there is no need.
/// </summary>
public static class CompactionSettings
{
    private const string Channel = "smoosh.{channel}";
    private const string Upgrade = "upgrade";
    private const string Slack = "slack";

    private static readonly Setting<string[]> Channels = new(
        "smoosh", "db_channels", SettingKinds.List, ["upgrade_dbs", "ratio_dbs", "slack_dbs"], "The channels that look after databases.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> Warmup = new(
        "smoosh", "wait_secs", SettingKinds.Seconds(0), TimeSpan.FromSeconds(30), "How long after its start the node begins to compact.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> Staleness = new(
        "smoosh", "staleness", SettingKinds.Minutes(0), TimeSpan.FromMinutes(5), "How soon a database is looked at again.")
    { IsReadAtStart = true };

    private static readonly Setting<string> Priority = new(
        Channel, "priority", SettingKinds.Choice("ratio", Slack, Upgrade), "ratio", "What a channel goes by: how many times its live data a "
        + "database takes, or how many bytes more.", "as the name of the channel says, else ratio")
    { IsReadAtStart = true };

    private static readonly Setting<double> MinPriority = new(
        Channel, "min_priority", SettingKinds.Ratio, 2, "From what on a database is compacted.", "2, or 536870912 bytes")
    { IsReadAtStart = true };

    private static readonly Setting<double> MaxPriority = new(
        Channel, "max_priority", SettingKinds.Ratio, double.PositiveInfinity, "Up to what it is compacted.")
    { IsReadAtStart = true };

    private static readonly Setting<long> MinSize = new(
        Channel, "min_size", SettingKinds.Number(0), 1 << 20, "Bytes from which on a database is compacted.")
    { IsReadAtStart = true };

    private static readonly Setting<long?> MaxSize = new(
        Channel, "max_size", SettingKinds.NumberOrInfinity(0), null, "Bytes up to which a database is compacted.")
    { IsReadAtStart = true };

    private static readonly Setting<long> MinChanges = new(
        Channel, "min_changes", SettingKinds.Number(0), 0, "How many changes there must have been since the last compaction.")
    { IsReadAtStart = true };

    private static readonly Setting<int> Capacity = new(Channel, "capacity", SettingKinds.Count(1), 9999,
    "Databases that may wait in the channel.")
    { IsReadAtStart = true };

    private static readonly Setting<int> Concurrency = new(
        Channel, "concurrency", SettingKinds.Count(1, 1000), 1, "Databases of the channel that are compacted at a time.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeOnly?> From = new(
        Channel, "from", SettingKinds.TimeOfDay, null, "From when on each day databases are compacted.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeOnly?> To = new(
        Channel, "to", SettingKinds.TimeOfDay, null, "Until when each day databases are compacted.")
    { IsReadAtStart = true };

    private static readonly Setting<bool> StrictWindow = new(
        Channel, "strict_window", SettingKinds.Boolean, false, "Whether a compaction stops when its time of day is over.")
    { IsReadAtStart = true };

    /// <summary>All settings of compaction.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Channels, Warmup, Staleness, Priority, MinPriority, MaxPriority, MinSize, MaxSize, MinChanges, Capacity, Concurrency, From, To, StrictWindow,
    ];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static CompactionOptions Read(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var channels = new List<CompactionChannel>();
        foreach (var name in settings.Get(Channels))
        {
            if (ReadChannel(settings, name) is { } channel)
            {
                channels.Add(channel);
            }
        }

        return new CompactionOptions { Channels = channels, Warmup = settings.Get(Warmup), Staleness = settings.Get(Staleness) };
    }

    private static CompactionChannel? ReadChannel(SettingsStore settings, string name)
    {
        var section = "smoosh." + name;
        var usual = name switch
        {
            "upgrade_dbs" => Upgrade,
            "slack_dbs" => Slack,
            _ => Priority.Otherwise,
        };
        var priority = settings.Get(Priority.In(section, usual));
        if (priority == Upgrade)
        {
            return null;
        }

        var from = settings.Get(From.In(section));
        var to = settings.Get(To.In(section));
        return new CompactionChannel
        {
            Name = name,
            Priority = priority == Slack ? CompactionPriority.Slack : CompactionPriority.Ratio,
            MinPriority = settings.Get(MinPriority.In(section, priority == Slack ? 512 << 20 : MinPriority.Otherwise)),
            MaxPriority = settings.Get(MaxPriority.In(section)),
            MinSize = settings.Get(MinSize.In(section)),
            MaxSize = settings.Get(MaxSize.In(section)) ?? long.MaxValue,
            MinChanges = settings.Get(MinChanges.In(section)),
            Capacity = settings.Get(Capacity.In(section)),
            Concurrency = settings.Get(Concurrency.In(section)),
            Window = from is null && to is null ? null : new CompactionWindow(from ?? TimeOnly.MinValue, to ?? TimeOnly.MinValue),
            StrictWindow = settings.Get(StrictWindow.In(section)),
        };
    }
}
