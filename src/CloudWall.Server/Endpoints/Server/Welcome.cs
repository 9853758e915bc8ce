using CloudWall.Documents.Json;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>GET /</c>: what this is.</summary>
internal static class Welcome
{
    /// <summary>GET.</summary>
    public static async Task Show(Exchange exchange)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"couchdb\":\"Welcome\",\"version\":"u8).Text(Node.CouchDbVersion)
            .Raw(",\"git_sha\":"u8).Text(Node.Commit)
            .Raw(",\"uuid\":"u8).Text(exchange.Node.Id)
            .Raw(",\"features\":[],\"vendor\":{\"name\":\"CloudWall\",\"version\":"u8).Text(Node.Version)
            .Raw(",\"boot\":"u8).Text(exchange.Node.Boot)
            .Raw("}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }
}
