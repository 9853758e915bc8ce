using System.Globalization;
using System.IO.Hashing;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Node;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Databases;

/// <summary><c>/{db}/_shards</c>: as many ranges as the database was told to have, all of them on this node.</summary>
internal sealed class Shards(NodeIdentity identity)
{
    /// <summary>GET <c>_shards</c>.</summary>
    public async Task List(Exchange exchange)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"shards\":{"u8);
        var shards = Count(exchange.Database);
        for (var shard = 0; shard < shards; shard++)
        {
            json.Raw(shard == 0 ? ""u8 : ","u8).Text(Range(shard, shards)).Raw(":["u8).Text(identity.Name).Raw("]"u8);
        }

        await exchange.WriteJsonAsync(200, json.Raw("}}"u8));
    }

    /// <summary>GET <c>_shards/{docid}</c>.</summary>
    public async Task Find(Exchange exchange)
    {
        var shards = Count(exchange.Database);
        var hash = Crc32.HashToUInt32(exchange.Target.Bytes(2));
        using var json = new JsonBuffer();
        json.Raw("{\"range\":"u8).Text(Range((int)(hash / Width(shards)), shards))
            .Raw(",\"nodes\":["u8).Text(identity.Name).Raw("]}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    private static int Count(Database database) => Math.Min(database.Options.Shards, 1024);

    private static long Width(int shards) => ((1L << 32) + shards - 1) / shards;

    private static string Range(int shard, int shards)
    {
        var first = shard * Width(shards);
        var last = Math.Min(first + Width(shards), 1L << 32) - 1;
        return string.Create(CultureInfo.InvariantCulture, $"{first:x8}-{last:x8}");
    }
}
