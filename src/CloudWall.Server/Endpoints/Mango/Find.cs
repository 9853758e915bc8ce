using CloudWall.DesignDocuments.Views;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Mango.Planning;
using CloudWall.Mango.Requests;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Mango;

/// <summary><c>/{db}/_find</c> and <c>/{db}/_explain</c> (CouchDB's documentation: "/{db}/_find").</summary>
/// <param name="indexes">The indexes of databases.</param>
/// <param name="views">Opens indexes.</param>
/// <param name="time">The clock.</param>
internal sealed class Find(QueryIndexes indexes, ViewGroups views, TimeProvider time)
{
    /// <summary>What a compiled selector takes of memory, for each byte of its text.</summary>
    private const int WeightOfSelector = 16;

    /// <summary>POST to <c>_find</c>.</summary>
    public async Task Query(Exchange exchange)
    {
        var began = time.GetTimestamp();
        var plan = await PlanAsync(exchange, explains: false);
        using var stream = exchange.BeginStream();
        using var answer = new FindAnswer(exchange, stream, plan, views, () => time.GetElapsedTime(began));
        await answer.WriteAsync();
        await stream.CompleteAsync();
    }

    /// <summary>POST to <c>_explain</c>.</summary>
    public async Task Explain(Exchange exchange)
    {
        var plan = await PlanAsync(exchange, explains: true);
        using var json = new JsonBuffer();
        Explanation.Write(json, plan, exchange.Database.Name, exchange.Database.Options.Partitioned);
        await exchange.WriteJsonAsync(200, json);
    }

    private async Task<Plan> PlanAsync(Exchange exchange, bool explains)
    {
        exchange.RequireJson();
        var body = await exchange.ReadObjectAsync();
        await exchange.ReserveAsync((long)body.Utf8.Length * WeightOfSelector);
        var request = FindRequest.Parse(body, exchange.Query["partition"]);
        var database = exchange.Database;
        var plan = Planner.Make(request, indexes.Of(database), database.Options.Partitioned, explains);
        return request.Partition is not null && !database.Options.Partitioned
            ? throw new DocumentException(
                new DocumentError(400, "query_parse_error", "`partition` parameter is not supported on this db"))
            : plan;
    }
}
