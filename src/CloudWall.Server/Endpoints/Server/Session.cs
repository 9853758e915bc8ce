using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_session</c>: who one is, by the credentials of the request itself.</summary>
internal sealed class Session(TimeProvider time)
{
    /// <summary>GET.</summary>
    public static async Task Show(Exchange exchange)
    {
        var principal = exchange.Principal;
        if (principal.Name is null && exchange.Query.IsTrue("basic"))
        {
            throw HttpErrors.Unauthorized("Please login.");
        }

        using var json = new JsonBuffer();
        json.Raw("{\"ok\":true,\"userCtx\":{\"name\":"u8).Text(principal.Name)
            .Raw(",\"roles\":["u8).Raw(principal.IsAdmin ? "\"_admin\""u8 : ""u8)
            .Raw("]},\"info\":{\"authentication_handlers\":[\"default\"]"u8)
            .Raw(principal.Name is null ? ""u8 : ",\"authenticated\":\"default\""u8).Raw("}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    /// <summary>DELETE: has the browser drop a cookie that it may have from another server behind this name.</summary>
    public Task End(Exchange exchange)
    {
        exchange.Headers.SetCookie = $"AuthSession=; Version=1; Expires={time.GetUtcNow():R}; Max-Age=0; Path=/; HttpOnly";
        return exchange.WriteOkAsync();
    }

    /// <summary>
    /// POST: there are no session cookies yet. CouchDB's replicator takes this answer, and no other, to mean that basic credentials must
    /// do.
    /// </summary>
    public static Task Begin(Exchange exchange) =>
        throw HttpErrors.NotFound("This node has no session cookies yet: send credentials with each request.");
}
