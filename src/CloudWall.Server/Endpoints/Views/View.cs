using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Indexing.Building;
using CloudWall.Indexing.Queries;
using CloudWall.Scripting.Running;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Views;

/// <summary><c>/{db}/_design/{ddoc}/_view/{view}</c> (CouchDB's documentation: "/{db}/_design/{ddoc}/_view/{view}").</summary>
internal sealed class View(ViewGroups views, ScriptRunner runner, TimeProvider time, RequestMetrics metrics)
{
    /// <summary>GET: the options are in the query string.</summary>
    public Task Show(Exchange exchange)
    {
        metrics.CountViewRead();
        return AnswerAsync(exchange, () => ListingOptions.ForView(exchange.Query));
    }

    /// <summary>POST: the options are in the body, and in the query string.</summary>
    public async Task Query(Exchange exchange)
    {
        exchange.RequireJson();
        var body = await exchange.ReadObjectAsync();
        if (body.Member("queries"u8) is not null)
        {
            throw HttpErrors.BadRequest("The `queries` parameter is no longer supported at this endpoint");
        }

        metrics.CountViewRead();
        await AnswerAsync(exchange, () => ListingOptions.ForView(body, exchange.Query));
    }

    /// <summary>POST to <c>queries</c>: several queries, one after the other.</summary>
    public async Task QueryMany(Exchange exchange)
    {
        exchange.RequireJson();
        var group = Group(exchange);
        var body = await exchange.ReadObjectAsync();
        var queries = body.Member("queries"u8) ?? throw HttpErrors.BadRequest("POST body must include `queries` parameter.");
        if (!queries.IsArray)
        {
            throw HttpErrors.BadRequest("`queries` member must be an array.");
        }

        // They are checked first, and even where there are no queries.
        ListingOptions.ForView(exchange.Query);
        var view = Find(exchange, group);
        var listings = new List<ViewListing>();
        foreach (var query in queries.Elements())
        {
            var options = query.IsObject
                ? ListingOptions.FromQueries(exchange.Query, query)
                : throw HttpErrors.BadRequest("`queries` must be an array of objects.");
            listings.Add(Listing(exchange, group, view, options));
        }

        // What fails is told before the answer begins.
        await OpenAsync(exchange, group, listings.Exists(static listing => listing.Options.Update == "true"));
        using var stream = exchange.BeginStream();
        stream.Buffer.Raw("{\"results\":["u8);
        for (var i = 0; i < listings.Count; i++)
        {
            stream.Buffer.Raw(i == 0 ? "\r\n"u8 : ",\r\n"u8);
            using var snapshot = await ReadAsync(exchange, group, listings[i]);
            await listings[i].WriteAsync(stream, snapshot);
        }

        stream.Buffer.Raw("\r\n]}\n"u8);
        await stream.CompleteAsync();
        UpdateLater(exchange, group, listings.Exists(static listing => listing.Options.Update == "lazy"));
    }

    /// <summary>A path that names no view, or more than one.</summary>
    public static Task Refuse(Exchange exchange)
    {
        exchange.Headers.Allow = "GET,POST,HEAD";
        throw new DocumentException(new DocumentError(405, "method_not_allowed", "Only GET,POST,HEAD allowed"));
    }

    private async Task AnswerAsync(Exchange exchange, Func<ListingOptions> read)
    {
        var group = Group(exchange);
        var options = read();
        var listing = Listing(exchange, group, Find(exchange, group), options);
        using var snapshot = await ReadAsync(exchange, group, listing);
        using var stream = exchange.BeginStream();
        await listing.WriteAsync(stream, snapshot);

        // A client that is slow to take the rest does not hold the store.
        snapshot.Dispose();
        stream.Buffer.Raw("\n"u8);
        await stream.CompleteAsync();
        UpdateLater(exchange, group, options.Update == "lazy");
    }

    private ViewGroup Group(Exchange exchange) =>
        views.Find(exchange.Database, "_design/" + exchange.Target.Text(2));

    private static (int View, int Reduction) Find(Exchange exchange, ViewGroup group) =>
        group.Names.TryGetValue(exchange.Target.Text(4), out var view)
            ? view
            : throw HttpErrors.NotFound("missing_named_view");

    /// <summary>An answer to a query of a view.</summary>
    public ViewListing Listing(Exchange exchange, ViewGroup group, (int View, int Reduction) view, ListingOptions options)
    {
        var isPartitioned = group.Definition.IsPartitioned;
        var listing = new ViewListing(exchange, runner, time, view, options, isPartitioned);

        // As in CouchDB, partitions are not reduced by functions of design documents.
        return isPartitioned && listing.Reduction >= 0
            && group.Definition.Views[listing.View].Reductions[listing.Reduction] is not ['_', ..]
                ? throw HttpErrors.BadRequest("Views of partitions can only be reduced by built-in functions.")
                : listing;
    }

    /// <summary>Opens a view as a query asks for it: brought up to date where that is wanted.</summary>
    public async Task<ViewSnapshot> ReadAsync(Exchange exchange, ViewGroup group, ViewListing listing)
    {
        while (true)
        {
            var index = await OpenAsync(exchange, group, listing.Options.Update == "true");
            if (index.TryRead(listing.View) is { } snapshot)
            {
                return snapshot;
            }
        }
    }

    /// <summary>A view group's index, brought up to date where that is wanted; opened anew where it is removed meanwhile.</summary>
    private async Task<ViewIndex> OpenAsync(Exchange exchange, ViewGroup group, bool update)
    {
        while (true)
        {
            var index = views.Open(exchange.Database, group);
            if (!update || await index.UpdateAsync(exchange.Aborted))
            {
                return index;
            }
        }
    }

    private void UpdateLater(Exchange exchange, ViewGroup group, bool update)
    {
        if (update)
        {
            views.Open(exchange.Database, group).UpdateInBackground();
        }
    }
}
