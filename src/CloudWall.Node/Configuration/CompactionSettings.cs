using System.Globalization;
using CloudWall.Documents.Compaction;

namespace CloudWall.Node.Configuration;

/// <summary>
/// When databases are compacted by themselves, out of CouchDB's <c>[smoosh]</c> and <c>[smoosh.{channel}]</c> (its documentation:
/// "Compaction Daemon"). Channels for views have no effect yet, and of channels that upgrade there is no need.
/// </summary>
public static class CompactionSettings
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static CompactionOptions Read(Settings settings)
    {
        var channels = new List<CompactionChannel>();
        foreach (var name in settings.List("smoosh", "db_channels", "upgrade_dbs, ratio_dbs, slack_dbs"))
        {
            if (ReadChannel(settings, name) is { } channel)
            {
                channels.Add(channel);
            }
        }

        return new CompactionOptions
        {
            Channels = channels,
            Warmup = TimeSpan.FromSeconds(settings.Number("smoosh", "wait_secs", 30, 0, 1_000_000)),
            Staleness = TimeSpan.FromMinutes(settings.Number("smoosh", "staleness", 5, 0, 1_000_000)),
        };
    }

    private static CompactionChannel? ReadChannel(Settings settings, string name)
    {
        var section = "smoosh." + name;
        var usual = name switch
        {
            "upgrade_dbs" => "upgrade",
            "slack_dbs" => "slack",
            _ => "ratio",
        };
        var priority = settings.Choice(section, "priority", usual, "ratio", "slack", "upgrade");
        if (priority == "upgrade")
        {
            return null;
        }

        var slack = priority == "slack";
        return new CompactionChannel
        {
            Name = name,
            Priority = slack ? CompactionPriority.Slack : CompactionPriority.Ratio,
            MinPriority = ReadNeed(settings, section, "min_priority", slack ? 512 << 20 : 2),
            MaxPriority = ReadNeed(settings, section, "max_priority", double.PositiveInfinity),
            MinSize = settings.Number(section, "min_size", 1 << 20, 0, long.MaxValue),
            MaxSize = settings.NumberOrInfinity(section, "max_size", null, 0) ?? long.MaxValue,
            MinChanges = settings.Number(section, "min_changes", 0, 0, long.MaxValue),
            Capacity = (int)settings.Number(section, "capacity", 9999, 1, int.MaxValue),
            Concurrency = (int)settings.Number(section, "concurrency", 1, 1, 1000),
            Window = ReadWindow(settings, section),
            StrictWindow = settings.Boolean(section, "strict_window", false),
        };
    }

    private static double ReadNeed(Settings settings, string section, string key, double otherwise) => settings[section, key] switch
    {
        null => otherwise,
        "infinity" => double.PositiveInfinity,
        var text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw settings.Invalid(section, key, "a number, or infinity"),
    };

    private static CompactionWindow? ReadWindow(Settings settings, string section)
    {
        var from = ReadTime(settings, section, "from");
        var to = ReadTime(settings, section, "to");
        return from is null && to is null ? null : new CompactionWindow(from ?? TimeOnly.MinValue, to ?? TimeOnly.MinValue);
    }

    private static TimeOnly? ReadTime(Settings settings, string section, string key) => settings[section, key] switch
    {
        null => null,
        var text => TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw settings.Invalid(section, key, "a time of day in UTC, HH:MM"),
    };
}
