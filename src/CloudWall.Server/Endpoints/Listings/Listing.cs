using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Listings;

/// <summary>Answers for all kinds of listings.</summary>
internal static class Listing
{
    /// <summary>GET: the options are in the query string.</summary>
    public static Task ShowAsync(Exchange exchange, ListingKind kind) => AnswerAsync(exchange, kind, ListingOptions.FromQuery(exchange.Query));

    /// <summary>POST: the options are in the body, and in the query string.</summary>
    public static async Task QueryAsync(Exchange exchange, ListingKind kind)
    {
        exchange.RequireJson();
        var body = await exchange.ReadObjectAsync();
        await AnswerAsync(exchange, kind, ListingOptions.FromBody(body, exchange.Query));
    }

    /// <summary>POST: several listings, one after the other.</summary>
    public static async Task QueryManyAsync(Exchange exchange, ListingKind kind)
    {
        var body = await exchange.ReadObjectAsync();
        var queries = body.Member("queries"u8) ?? throw HttpErrors.BadRequest("POST body must include `queries` parameter.");
        if (!queries.IsArray)
        {
            throw HttpErrors.BadRequest("`queries` member must be an array.");
        }

        // They are checked first, and even where there are no queries.
        ListingOptions.ForView(exchange.Query);
        var listings = new List<ListingOptions>();
        foreach (var query in queries.Elements())
        {
            var options = query.IsObject
                ? ListingOptions.FromQueries(exchange.Query, query)
                : throw HttpErrors.BadRequest("`queries` must be an array of objects.");
            options.Validate(exchange.Database.Options.Partitioned);
            listings.Add(options);
        }

        using var stream = exchange.BeginStream();
        stream.Buffer.Raw("{\"results\":["u8);
        for (var i = 0; i < listings.Count; i++)
        {
            stream.Buffer.Raw(i == 0 ? "\r\n"u8 : ",\r\n"u8);
            await WriteAsync(stream, exchange, kind, listings[i]);
        }

        stream.Buffer.Raw("\r\n]}\n"u8);
        await stream.CompleteAsync();
    }

    private static async Task AnswerAsync(Exchange exchange, ListingKind kind, ListingOptions options)
    {
        options.Validate(exchange.Database.Options.Partitioned);
        using var stream = exchange.BeginStream();
        await WriteAsync(stream, exchange, kind, options);
        stream.Buffer.Raw("\n"u8);
        await stream.CompleteAsync();
    }

    private static ValueTask WriteAsync(ResponseStream stream, Exchange exchange, ListingKind kind, ListingOptions options) =>
        options.Keys is not null ? KeyedListing.WriteAsync(stream, exchange.Database, kind, options, exchange.Aborted)
        : kind == ListingKind.LocalDocuments ? LocalListing.WriteAsync(stream, exchange.Database, options)
        : DocumentListing.WriteAsync(stream, exchange.Database, kind, options, exchange.Aborted);
}
