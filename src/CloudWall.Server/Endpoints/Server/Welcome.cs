using CloudWall.Documents.Json;
using CloudWall.Node;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>GET /</c>: what this is.</summary>
internal sealed class Welcome(NodeIdentity identity)
{
    /// <summary>GET.</summary>
    public async Task Show(Exchange exchange)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"couchdb\":\"Welcome\",\"version\":"u8).Text(Product.CouchDbVersion)
            .Raw(",\"git_sha\":"u8).Text(Product.Commit)
            .Raw(",\"uuid\":"u8).Text(identity.Id)
            .Raw(",\"features\":[\"partitioned\"],\"vendor\":{\"name\":\"CloudWall\",\"version\":"u8).Text(Product.Version)
            .Raw(",\"boot\":"u8).Text(identity.Boot)
            .Raw("}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }
}
