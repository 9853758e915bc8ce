using CloudWall.Documents.Json;
using CloudWall.Documents.Sequences;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Changes;

/// <summary><c>/{db}/_changes</c>: what has changed, and what changes.</summary>
internal sealed class DatabaseChanges(FeedHost host, ChangesFilters filters)
{
    /// <summary>GET.</summary>
    public Task Show(Exchange exchange) => AnswerAsync(exchange, body: null);

    /// <summary>POST: what a filter needs is in the body.</summary>
    public async Task Query(Exchange exchange)
    {
        exchange.RequireJson();
        await AnswerAsync(exchange, exchange.ContentLength == 0 ? null : await exchange.ReadObjectAsync());
    }

    private async Task AnswerAsync(Exchange exchange, NormalJson? body)
    {
        var options = ChangesOptions.From(exchange);
        var filter = filters.Read(exchange, options.Filter, body);
        options.ReadFeed();
        var database = exchange.Database;
        var tokens = new SequenceTokens(database.Incarnation);
        var sequence = database.UpdateSequence;
        var since = options.Descending ? sequence : tokens.ResolveSince(options.Since, sequence);
        switch (options.Feed)
        {
            case FeedKind.Normal:
                var etag = "\"" + tokens.Format(sequence) + "\"";
                if (exchange.IsFresh(etag))
                {
                    await exchange.WriteNotModifiedAsync(etag);
                    return;
                }

                exchange.Headers.ETag = etag;
                break;
            case FeedKind.EventSource:
                exchange.Headers.CacheControl = "no-cache";
                break;
        }

        using var place = options.Feed == FeedKind.Normal || options.Descending ? null : host.Places.Enter();
        using var feed = new ChangesFeed(exchange, host, options, filter);
        await feed.RunAsync(since);
    }
}
