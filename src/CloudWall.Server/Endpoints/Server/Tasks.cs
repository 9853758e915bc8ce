using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary>What the node is busy with.</summary>
internal static class Tasks
{
    /// <summary>GET <c>/_active_tasks</c>: compactions.</summary>
    public static async Task List(Exchange exchange)
    {
        if (!exchange.Principal.IsAdmin)
        {
            throw HttpErrors.Unauthorized("You are not a server admin.");
        }

        using var json = new JsonBuffer();
        json.Raw("["u8);
        foreach (var name in exchange.Node.Databases.Names)
        {
            if (exchange.Node.Databases.Find(name) is { Compaction: { } progress } database)
            {
                json.Raw(json.WrittenCount == 1 ? ""u8 : ","u8)
                    .Raw("{\"node\":"u8).Text(exchange.Node.Name)
                    .Raw(",\"pid\":\"<0."u8).Number(database.Number)
                    .Raw(".0>\",\"process_status\":\"waiting\",\"changes_done\":"u8).Number(progress.Done)
                    .Raw(",\"database\":"u8).Text(name)
                    .Raw(",\"phase\":\"document_copy\",\"progress\":"u8).Number(progress.Total == 0 ? 100 : progress.Done * 100 / progress.Total)
                    .Raw(",\"started_on\":"u8).Number(progress.StartedAt.ToUnixTimeSeconds())
                    .Raw(",\"total_changes\":"u8).Number(progress.Total)
                    .Raw(",\"type\":\"database_compaction\",\"updated_on\":"u8).Number(progress.UpdatedAt.ToUnixTimeSeconds())
                    .Raw("}"u8);
            }
        }

        await exchange.WriteJsonAsync(200, json.Raw("]"u8));
    }

    /// <summary>GET <c>/_scheduler/jobs</c>: no replication has been asked for.</summary>
    public static Task Jobs(Exchange exchange) => exchange.WriteJsonAsync(200, "{\"total_rows\":0,\"offset\":0,\"jobs\":[]}"u8);

    /// <summary>GET <c>/_scheduler/docs</c>: no replication has been asked for.</summary>
    public static Task Documents(Exchange exchange) => exchange.WriteJsonAsync(200, "{\"total_rows\":0,\"offset\":0,\"docs\":[]}"u8);
}
