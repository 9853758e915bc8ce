using CloudWall.Documents.Json;
using CloudWall.Node.Disk;
using CloudWall.Replication.Jobs;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_up</c>: whether the node serves requests.</summary>
internal sealed class Up(DiskRoom? disk, HeldDocuments? held, CancellationToken stopping)
{
    /// <summary>
    /// GET. 404 while the node is ending, so that load balancers look elsewhere. On a full disk the status says so, but the node goes on
    /// to answer what is read; likewise where jobs are held back.
    /// </summary>
    public Task Show(Exchange exchange) =>
        stopping.IsCancellationRequested ? exchange.WriteJsonAsync(404, "{\"status\":\"stopping\"}"u8)
        : disk is { IsFull: true } ? exchange.WriteJsonAsync(200, "{\"status\":\"disk_full\",\"seeds\":{}}"u8)
        : held is not null ? WithoutJobsAsync(exchange, held.Reason)
        : exchange.WriteJsonAsync(200, "{\"status\":\"ok\",\"seeds\":{}}"u8);

    private static async Task WithoutJobsAsync(Exchange exchange, string reason)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"status\":\"without_jobs\",\"seeds\":{},\"reason\":"u8).Text(reason).Raw("}"u8);
        await exchange.WriteJsonAsync(200, json);
    }
}
