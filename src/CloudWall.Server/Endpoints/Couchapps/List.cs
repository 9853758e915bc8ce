using CloudWall.DesignDocuments.Functions;
using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Server.Endpoints.Listings;
using CloudWall.Server.Endpoints.Views;
using CloudWall.Server.Http;
using CloudWall.Server.Scripts;

namespace CloudWall.Server.Endpoints.Couchapps;

/// <summary>
/// <c>/{db}/_design/{ddoc}/_list/{function}[/{other-ddoc}]/{view}</c>: a function turns the rows of a view into anything.
/// </summary>
internal sealed class List(OpenedDesigns designs, RequestObjects requests, ViewGroups views, View view)
{
    /// <summary>GET.</summary>
    public Task Show(Exchange exchange) => AnswerAsync(exchange, body: null);

    /// <summary>POST: keys are in the body.</summary>
    public async Task Query(Exchange exchange)
    {
        RequirePath(exchange.Target);
        exchange.RequireJson();
        await AnswerAsync(exchange, await exchange.ReadObjectAsync());
    }

    private async Task AnswerAsync(Exchange exchange, NormalJson? body)
    {
        var target = exchange.Target;
        RequirePath(target);
        var name = target.Text(4);
        var design = designs.Open(exchange.Database, target.Text(2));
        if (body is null && exchange.Query["keys"] is { } keys)
        {
            // CouchDB reads them before it looks for the function.
            NormalJson.Parse(keys);
        }

        design.Require("lists", name);
        using var rows = await OpenAsync(exchange, target.Text(target.Count == 7 ? 5 : 2), target.Text(target.Count - 1), body);
        var request = requests.ForList(exchange, body, design.Functions.RequestFor("lists", name));
        using var head = new JsonBuffer(256);
        rows.WriteHead(head.Raw("{"u8));
        head.Raw("}"u8);
        using var answer = new ListAnswer(exchange, rows);
        try
        {
            await design.StreamAsync(
                (functions, ending) =>
                {
                    answer.Ending = ending;
                    functions.List(name, head.WrittenMemory, request, answer, ending);
                },
                exchange.Aborted);
        }
        catch (OperationCanceledException)
        {
            answer.ThrowIfFailed();
            throw;
        }

        await answer.CompleteAsync();
    }

    private static void RequirePath(RequestTarget target)
    {
        if (target.Count is not (6 or 7))
        {
            throw new DocumentException(new DocumentError(404, "list_error", "Invalid path."));
        }
    }

    private async Task<ListRows> OpenAsync(Exchange exchange, string design, string name, NormalJson? body)
    {
        if (name == "_all_docs")
        {
            // CouchDB opens the design document whose view it would be.
            DocumentReader.OpenWinner(exchange.Database, "_design/" + design).Dispose();
            var all = ListingOptions.ForList(body, exchange.Query);
            all.Validate(exchange.Database.Options.Partitioned);
            return ListRows.Of(exchange, all);
        }

        var group = views.Find(exchange.Database, "_design/" + design);
        var options = ListingOptions.ForList(body, exchange.Query);
        if (!group.Names.TryGetValue(name, out var found))
        {
            throw HttpErrors.NotFound("missing_named_view");
        }

        var listing = view.Listing(exchange, group, found, options);
        return ListRows.Of(exchange, await view.ReadAsync(exchange, group, listing), listing);
    }
}
