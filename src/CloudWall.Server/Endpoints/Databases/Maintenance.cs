using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Node.Logging;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary>What operators and replicators ask a database to do for its own good.</summary>
internal sealed class Maintenance(NodeLog log)
{
    /// <summary>POST <c>_ensure_full_commit</c>.</summary>
    public static async Task EnsureFullCommit(Exchange exchange)
    {
        exchange.RequireJson();
        await exchange.Database.EnsureFullCommitAsync(exchange.Aborted);
        using var json = new JsonBuffer();
        json.Raw("{\"ok\":true,\"instance_start_time\":\""u8).Number(exchange.Database.InstanceStartTime).Raw("\"}"u8);
        await exchange.WriteJsonAsync(201, json);
    }

    /// <summary>POST <c>_compact</c>: begins it, and does not wait for its end.</summary>
    public Task Compact(Exchange exchange)
    {
        exchange.RequireJson();
        Watch(exchange.Database.CompactAsync(exchange.Database.Closing), exchange.Database.Name);
        return exchange.WriteOkAsync(202);
    }

    /// <summary>POST <c>_nouveau_cleanup</c>, <c>_sync_shards</c>: there is nothing to be done.</summary>
    public static Task Nothing(Exchange exchange) => exchange.WriteOkAsync(202);

    /// <summary><c>_search</c> and the like: as of a CouchDB to which no search is connected.</summary>
    public static Task NoSearch(Exchange exchange) =>
        throw new DocumentException(new DocumentError(503, "service unavailable", "Search is not available"));

    /// <summary><c>_nouveau</c>: as of a CouchDB where it is off.</summary>
    public static Task NoNouveau(Exchange exchange) => throw HttpErrors.NotFound("missing");

    /// <summary><c>_temp_view</c>.</summary>
    public static Task NoTemporaryViews(Exchange exchange) =>
        throw new DocumentException(new DocumentError(410, "gone", "Temporary views are not supported in CouchDB"));

    private void Watch(Task compaction, string name) => compaction.ContinueWith(
        failed => log.Write(LogLevel.Error, $"Compaction of {name} failed: {failed.Exception}"),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);
}
