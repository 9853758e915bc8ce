using System.Globalization;
using CloudWall.Documents.Json;
using CloudWall.Node.Identifiers;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Server;

/// <summary><c>/_uuids</c>: ids for documents.</summary>
internal sealed class Uuids(UuidGenerator uuids)
{
    /// <summary>GET. Never to be cached, by any means that was ever known.</summary>
    public async Task List(Exchange exchange)
    {
        var count = Count(exchange);
        using var json = new JsonBuffer(64 + (36 * count));
        json.Raw("{\"uuids\":["u8);
        for (var i = 0; i < count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8).Text(uuids.Next());
        }

        json.Raw("]}"u8);
        exchange.Headers.ETag = Exchange.MakeETag(json.WrittenSpan);
        exchange.Headers.CacheControl = "no-cache";
        exchange.Headers.Pragma = "no-cache";
        exchange.Headers.Expires = "Mon, 01 Jan 1990 00:00:00 GMT";
        await exchange.WriteJsonAsync(200, json);
    }

    private static int Count(Exchange exchange)
    {
        if (exchange.Query["count"] is not { } text)
        {
            return 1;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) || count < 0)
        {
            throw HttpErrors.BadRequest("count must be a positive integer");
        }

        return count <= exchange.Settings.MaxUuids
            ? (int)count
            : throw HttpErrors.BadRequest("count parameter too large");
    }
}
