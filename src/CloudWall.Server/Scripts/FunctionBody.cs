using CloudWall.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudWall.Server.Scripts;

/// <summary>The body of a request that goes to a function.</summary>
internal static class FunctionBody
{
    /// <summary>Reads it.</summary>
    /// <returns>Null where the request has none.</returns>
    public static async Task<RequestBody?> ReadAsync(Exchange exchange) =>
        exchange.ContentLength is null or 0 && exchange.Context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }
            ? null
            : await exchange.ReadJsonAsync();
}
