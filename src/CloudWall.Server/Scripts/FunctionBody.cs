using CloudWall.Server.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudWall.Server.Scripts;

/// <summary>The body of a request that goes to a function.</summary>
internal static class FunctionBody
{
    /// <summary>The body in the request's JSON, which grows, and as text in the function's engine, where a character takes two bytes.</summary>
    private const int Copies = 5;

    /// <summary>Reads it.</summary>
    /// <returns>Null where the request has none.</returns>
    public static async Task<RequestBody?> ReadAsync(Exchange exchange)
    {
        if (exchange.ContentLength is null or 0 && exchange.Context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            return null;
        }

        var body = await exchange.ReadJsonAsync();
        try
        {
            await exchange.ReserveAsync((long)body.Memory.Length * Copies);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }
}
