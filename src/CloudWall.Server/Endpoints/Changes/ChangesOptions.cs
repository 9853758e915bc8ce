using System.Globalization;
using System.Numerics;
using CloudWall.Documents;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>
/// What a changes feed is asked for (CouchDB: <c>/{db}/_changes</c>). Names may be in any case; the last of several counts.
/// </summary>
internal sealed class ChangesOptions
{
    /// <summary>As good as no limit: CouchDB's default.</summary>
    public const long Unlimited = 1_000_000_000_000_000;

    private bool _conflicts;
    private bool _attachments;
    private bool _attachmentEncodingInfo;
    private string _feed = "normal";

    /// <summary>How it is answered.</summary>
    public FeedKind Feed { get; private set; }

    /// <summary>Newest first.</summary>
    public bool Descending { get; private set; }

    /// <summary>After which sequence, as the client wrote it.</summary>
    public string Since { get; private set; } = "0";

    /// <summary>How many rows at most; CouchDB takes negative numbers for none in a normal feed.</summary>
    public long Limit { get; private set; } = Unlimited;

    /// <summary>Whether all leaves are listed (<c>style=all_docs</c>), not only the winner.</summary>
    public bool AllLeaves { get; private set; }

    /// <summary>The time between signs of life, or null for none; the largest value stands for <c>true</c>.</summary>
    public TimeSpan? Heartbeat { get; private set; }

    /// <summary>How long to wait for a row, or null for the default.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>Whether rows have their documents.</summary>
    public bool IncludeDocs { get; private set; }

    /// <summary>What is shown of the documents: <c>conflicts</c>, <c>attachments</c>, <c>att_encoding_info</c>.</summary>
    public DocumentMembers Members => IncludedDocument.MembersOf(_conflicts, _attachments, _attachmentEncodingInfo);

    /// <summary>The filter's name; empty for none.</summary>
    public string Filter { get; private set; } = string.Empty;

    /// <summary>Which rows have their sequence, counted from the limit down: every N-th.</summary>
    public long SequenceInterval { get; private set; } = 1;

    /// <summary>Reads the options.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public static ChangesOptions From(Exchange exchange)
    {
        var options = new ChangesOptions();
        foreach (var (name, value) in exchange.Query)
        {
            options.Apply(name.ToLowerInvariant(), value);
        }

        // A browser that reconnects to an event source says in a header where it was.
        if (options._feed == "eventsource" && exchange.RequestHeaders["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            options.Since = last;
        }

        return options;
    }

    /// <summary>Settles the kind of feed. CouchDB does so after it has looked at the filter.</summary>
    /// <exception cref="DocumentException">400.</exception>
    public void ReadFeed() => Feed = _feed switch
    {
        "normal" => FeedKind.Normal,
        "longpoll" => FeedKind.Longpoll,
        "continuous" or "live" => FeedKind.Continuous,
        "eventsource" => FeedKind.EventSource,
        _ => throw HttpErrors.BadRequest("Supported `feed` types: normal, continuous, live, longpoll, eventsource"),
    };

    private void Apply(string name, string value)
    {
        switch (name)
        {
            case "feed":
                _feed = value;
                break;
            case "descending":
                Descending |= value == "true";
                break;
            case "since" or "last-event-id":
                Since = value;
                break;
            case "limit":
                Limit = Integer(value) ?? throw HttpErrors.BadRequest("Invalid value for integer: " + ErlangText.Print(value));
                break;
            case "style":
                AllLeaves = value switch
                {
                    "all_docs" => true,
                    "main_only" => false,
                    _ => throw HttpErrors.BadRequest("Supported `style` types: main_only, all_docs"),
                };
                break;
            case "heartbeat":
                Heartbeat = ReadHeartbeat(value);
                break;
            case "timeout":
                Timeout = Milliseconds(Integer(value) ?? throw HttpErrors.BadRequest("Invalid value for integer: " + ErlangText.Print(value)));
                break;
            case "include_docs":
                IncludeDocs |= value == "true";
                break;
            case "conflicts":
                _conflicts |= value == "true";
                break;
            case "attachments":
                _attachments |= value == "true";
                break;
            case "att_encoding_info":
                _attachmentEncodingInfo |= value == "true";
                break;
            case "filter":
                Filter = value;
                break;
            case "seq_interval":
                SequenceInterval = Integer(value) is { } interval and > 0 ? interval : throw HttpErrors.BadRequest("invalid_seq_interval");
                break;
        }
    }

    private static TimeSpan ReadHeartbeat(string value)
    {
        if (value == "true")
        {
            return TimeSpan.MaxValue;
        }

        var milliseconds = Integer(value)
            ?? throw HttpErrors.BadRequest("Invalid heartbeat value. Expecting a positive integer value (in milliseconds).");
        return milliseconds > 0
            ? Milliseconds(milliseconds)
            : throw HttpErrors.BadRequest("The heartbeat value should be a positive integer (in milliseconds).");
    }

    // As CouchDB's, numbers have no end; what is beyond 64 bits is as good as the last of them.
    private static long? Integer(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : !BigInteger.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big) ? null
        : big.Sign < 0 ? long.MinValue : long.MaxValue;

    private static TimeSpan Milliseconds(long value) => TimeSpan.FromMilliseconds(Math.Clamp(value, 0, int.MaxValue));
}
