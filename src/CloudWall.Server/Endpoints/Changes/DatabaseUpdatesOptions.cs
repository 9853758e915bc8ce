using System.Globalization;
using CloudWall.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>What <c>/_db_updates</c> is asked for.</summary>
internal sealed class DatabaseUpdatesOptions
{
    /// <summary>How it is answered.</summary>
    public FeedKind Feed { get; private set; }

    /// <summary>Newest first.</summary>
    public bool Descending { get; private set; }

    /// <summary>After which event, as the client wrote it.</summary>
    public string Since { get; private set; } = "0";

    /// <summary>How many rows at most.</summary>
    public long Limit { get; private set; } = long.MaxValue;

    /// <summary>The time between signs of life, or null for none; the largest value stands for <c>true</c>.</summary>
    public TimeSpan? Heartbeat { get; private set; }

    /// <summary>How long to wait for a row, or null for the default.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>Reads the options.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static DatabaseUpdatesOptions From(Query query)
    {
        var options = new DatabaseUpdatesOptions();
        foreach (var (name, value) in query)
        {
            options.Apply(name, value);
        }

        options.Feed = (query["feed"] ?? "normal") switch
        {
            "normal" => FeedKind.Normal,
            "longpoll" => FeedKind.Longpoll,
            "continuous" => FeedKind.Continuous,
            "eventsource" => FeedKind.EventSource,
            _ => throw HttpErrors.BadRequest("Supported `feed` types: normal, continuous, longpoll, eventsource"),
        };
        return options;
    }

    private void Apply(string name, string value)
    {
        switch (name)
        {
            case "descending":
                Descending |= value == "true";
                break;
            case "since":
                Since = value;
                break;
            case "limit":
                Limit = NonNegative(value);
                break;
            case "heartbeat" when value == "true":
                Heartbeat = TimeSpan.MaxValue;
                break;
            case "heartbeat" when value != "false":
                Heartbeat = TimeSpan.FromMilliseconds(Math.Clamp(NonNegative(value), 1, int.MaxValue));
                break;
            case "timeout":
                Timeout = TimeSpan.FromMilliseconds(Math.Min(NonNegative(value), int.MaxValue));
                break;
        }
    }

    private static long NonNegative(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0
            ? number
            : throw HttpErrors.BadRequest("invalid_integer");
}
