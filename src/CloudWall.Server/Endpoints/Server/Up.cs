using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_up</c>: whether the node serves requests.</summary>
internal static class Up
{
    /// <summary>GET. 404 while the node is ending, so that load balancers look elsewhere.</summary>
    public static Task Show(Exchange exchange) => exchange.Node.Stopping.IsCancellationRequested
        ? exchange.WriteJsonAsync(404, "{\"status\":\"stopping\"}"u8)
        : exchange.WriteJsonAsync(200, "{\"status\":\"ok\",\"seeds\":{}}"u8);
}
