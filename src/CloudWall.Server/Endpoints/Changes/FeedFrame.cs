using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Sequences;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary>What surrounds the rows of a feed, to the letter: separators, heartbeats, the end.</summary>
internal sealed class FeedFrame(FeedKind kind, JsonBuffer buffer, SequenceTokens tokens)
{
    private bool _any;

    /// <summary>The media type of a kind of feed.</summary>
    public static string ContentType(FeedKind kind) => kind == FeedKind.EventSource ? "text/event-stream" : "application/json";

    /// <summary>Whether rows come together in one JSON object, rather than one by one.</summary>
    private bool IsDocument => kind is FeedKind.Normal or FeedKind.Longpoll;

    /// <summary>Writes what comes before the rows.</summary>
    public void Begin()
    {
        if (IsDocument)
        {
            buffer.Raw("{\"results\":[\n"u8);
        }
    }

    /// <summary>Writes what comes before a row, which is then to be written as JSON.</summary>
    public void BeginRow()
    {
        if (kind == FeedKind.EventSource)
        {
            buffer.Raw("data: "u8);
        }
        else if (IsDocument && _any)
        {
            buffer.Raw(",\r\n"u8);
        }

        _any = true;
    }

    /// <summary>Writes what comes after a row.</summary>
    /// <param name="sequence">The row's sequence, or null where the row has none.</param>
    public void EndRow(long? sequence)
    {
        if (kind == FeedKind.Continuous)
        {
            buffer.Raw("\n"u8);
        }
        else if (kind == FeedKind.EventSource)
        {
            buffer.Raw("\nid: "u8);
            _ = sequence is { } number ? buffer.Sequence(tokens, number) : buffer.Raw("null"u8);
            buffer.Raw("\n\n"u8);
        }
    }

    /// <summary>Writes a sign of life.</summary>
    public void Heartbeat() => buffer.Raw(kind == FeedKind.EventSource ? "event: heartbeat\ndata: \n\n"u8 : "\n"u8);

    /// <summary>Writes the end.</summary>
    /// <param name="lastSequence">Where the reader may go on.</param>
    /// <param name="pending">How many rows there are after that; null for feeds that do not say.</param>
    public void End(long lastSequence, long? pending)
    {
        if (kind == FeedKind.EventSource && buffer.WrittenCount == 0)
        {
            return;
        }

        if (kind != FeedKind.EventSource)
        {
            buffer.Raw(IsDocument ? "\n],\n\"last_seq\":"u8 : "{\"last_seq\":"u8).Sequence(tokens, lastSequence);
            if (pending is { } count)
            {
                buffer.Raw(",\"pending\":"u8).Number(count);
            }

            buffer.Raw("}\n"u8);
        }

        buffer.Raw("\n"u8);
    }
}
