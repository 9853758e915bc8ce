using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Sequences;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary><c>/_db_updates</c>: which databases are made, changed and deleted.</summary>
internal sealed class DatabaseUpdatesFeed(DatabaseCatalogue databases, FeedHost host)
{
    /// <summary>GET.</summary>
    public async Task Show(Exchange exchange)
    {
        var options = DatabaseUpdatesOptions.From(exchange.Query);
        var updates = databases.Updates;
        var tokens = new SequenceTokens(updates.Epoch);
        var latest = updates.Sequence;
        var since = options.Descending ? latest : tokens.ResolveSince(options.Since, latest);
        if (options.Feed == FeedKind.Normal)
        {
            var etag = "\"" + tokens.Format(latest) + "\"";
            if (exchange.IsFresh(etag))
            {
                await exchange.WriteNotModifiedAsync(etag);
                return;
            }

            exchange.Headers.ETag = etag;
        }
        else if (options.Feed == FeedKind.EventSource)
        {
            exchange.Headers.CacheControl = "no-cache";
        }

        using var place = options.Feed == FeedKind.Normal || options.Descending ? null : host.Places.Enter();
        using var stream = exchange.BeginStream(contentType: FeedFrame.ContentType(options.Feed));
        await RunAsync(exchange, stream, options, updates, tokens, since);
    }

    private async Task RunAsync(
        Exchange exchange, ResponseStream stream, DatabaseUpdatesOptions options, DatabaseUpdates updates, SequenceTokens tokens, long since)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(exchange.Aborted, host.Stopping);
        var frame = new FeedFrame(options.Feed, stream.Buffer, tokens);
        var clock = new FeedClock(stream, frame, host, options.Heartbeat, options.Timeout);
        var left = options.Limit;
        frame.Begin();
        for (var wrote = false; ;)
        {
            foreach (var update in Read(updates, since, options.Descending))
            {
                if (left == 0)
                {
                    break;
                }

                frame.BeginRow();
                WriteRow(stream.Buffer, tokens, update);
                frame.EndRow(update.Sequence);
                since = update.Sequence;
                left--;
                wrote = true;
                clock.Restart();
                await stream.FlushIfFullAsync();
            }

            if (options.Feed == FeedKind.Normal || options.Descending || left == 0 || (options.Feed == FeedKind.Longpoll && wrote))
            {
                break;
            }

            await stream.FlushAsync();
            stream.Rest();
            if (!await clock.WaitAsync(updates.WaitAsync(since, ending.Token), ending.Token, exchange.Aborted))
            {
                break;
            }
        }

        await ending.CancelAsync();
        frame.End(since, pending: null);
        await stream.CompleteAsync();
    }

    private static IEnumerable<DatabaseUpdate> Read(DatabaseUpdates updates, long since, bool descending) =>
        descending ? updates.After(0).Reverse() : updates.After(since);

    private static void WriteRow(JsonBuffer buffer, SequenceTokens tokens, DatabaseUpdate update) =>
        buffer.Raw("{\"db_name\":"u8).Text(update.Name)
            .Raw(",\"type\":\""u8)
            .Raw(update.Kind switch
            {
                DatabaseUpdateKind.Created => "created"u8,
                DatabaseUpdateKind.Deleted => "deleted"u8,
                _ => "updated"u8,
            })
            .Raw("\",\"seq\":"u8).Sequence(tokens, update.Sequence).Raw("}"u8);
}
