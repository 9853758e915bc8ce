using System.Globalization;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary>GET <c>/{db}</c>: a database's counts and sizes.</summary>
internal static class Information
{
    /// <summary>GET.</summary>
    public static async Task Show(Exchange exchange)
    {
        // CouchDB's instance_start_time is in seconds. Replications between CloudWall nodes tell databases of one name apart by this.
        exchange.Headers["X-CloudWall-Created"] = exchange.Database.CreatedAt.ToUnixTimeMilliseconds().ToString(
            CultureInfo.InvariantCulture);
        using var json = new JsonBuffer();
        DatabaseInformation.Write(json, exchange.Database);
        await exchange.WriteJsonAsync(200, json);
    }
}
