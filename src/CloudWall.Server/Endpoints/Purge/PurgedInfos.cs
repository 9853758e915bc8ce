using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Purge;

/// <summary><c>/{db}/_purged_infos</c>: what was purged, as far as it is remembered.</summary>
internal static class PurgedInfos
{
    /// <summary>GET. Purges of the same revisions of a document count once, and the order is that of ids: CouchDB shows a set.</summary>
    public static async Task Show(Exchange exchange)
    {
        var infos = new List<PurgeInfo>(exchange.Database.ReadPurgeInfos());
        infos.Sort(Compare);
        using var json = new JsonBuffer();
        json.Raw("{\"purged_infos\":["u8);
        for (var i = 0; i < infos.Count; i++)
        {
            if (i > 0 && Compare(infos[i], infos[i - 1]) == 0)
            {
                continue;
            }

            json.Raw(i == 0 ? [] : ","u8).Raw("{\"id\":"u8).Text(infos[i].Id).Raw(",\"revs\":"u8).Revisions(infos[i].Revisions).Raw("}"u8);
        }

        json.Raw("]}"u8);
        await exchange.WriteJsonAsync(200, json);
    }

    private static int Compare(PurgeInfo one, PurgeInfo other)
    {
        var order = Utf8Order.Instance.Compare(one.Id, other.Id);
        for (var i = 0; order == 0 && i < one.Revisions.Count && i < other.Revisions.Count; i++)
        {
            order = one.Revisions[i].CompareTo(other.Revisions[i]);
        }

        return order == 0 ? one.Revisions.Count.CompareTo(other.Revisions.Count) : order;
    }
}
