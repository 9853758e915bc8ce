using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_reshard</c>: databases have one shard here, and nothing ever splits it.</summary>
internal static class Resharding
{
    /// <summary>GET <c>/_reshard</c>.</summary>
    public static Task Show(Exchange exchange) => exchange.WriteJsonAsync(
        200,
        "{\"state\":\"stopped\",\"state_reason\":\"Databases of this node have one shard.\",\"completed\":0,\"failed\":0,\"running\":0,\"stopped\":0,\"total\":0}"u8);

    /// <summary>GET <c>/_reshard/state</c>.</summary>
    public static Task ShowState(Exchange exchange) =>
        exchange.WriteJsonAsync(200, "{\"state\":\"stopped\",\"reason\":\"Databases of this node have one shard.\"}"u8);

    /// <summary>GET <c>/_reshard/jobs</c>.</summary>
    public static Task ListJobs(Exchange exchange) => exchange.WriteJsonAsync(200, "{\"total_rows\":0,\"offset\":0,\"jobs\":[]}"u8);

    /// <summary>POST <c>/_reshard/jobs</c>, PUT <c>/_reshard/state</c>.</summary>
    public static Task Refuse(Exchange exchange) =>
        throw HttpErrors.NotYet("Databases of this node have one shard, which cannot be split.");

    /// <summary>Anything else.</summary>
    public static Task Unknown(Exchange exchange) => throw HttpErrors.NotFound("missing");
}
