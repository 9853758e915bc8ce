using CloudWall.DesignDocuments.Views;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Collation;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Views;

/// <summary>GET <c>/{db}/_design/{ddoc}/_info</c>: what there is to know of an index.</summary>
internal sealed class ViewInformation(ViewGroups views)
{
    /// <summary>A path that goes on after it.</summary>
    public static Task Refuse(Exchange exchange) => throw HttpErrors.NotFound("missing");

    /// <summary>GET.</summary>
    public async Task Show(Exchange exchange)
    {
        var name = exchange.Target.Text(2);
        var group = views.Find(exchange.Database, "_design/" + name);
        var index = views.Open(exchange.Database, group);
        var info = index.ReadInfo();
        var pending = exchange.Database.CountChangesAfter(info.UpdateSequence);
        using var json = new JsonBuffer();
        json.Raw("{\"name\":"u8).Text(name)
            .Raw(",\"view_index\":{\"updates_pending\":{\"minimum\":"u8).Number(pending)
            .Raw(",\"preferred\":"u8).Number(pending)
            .Raw(",\"total\":"u8).Number(pending)
            .Raw("},\"waiting_commit\":false,\"waiting_clients\":"u8).Number(info.WaitingClients)
            .Raw(",\"updater_running\":"u8).Boolean(info.UpdaterRunning)
            .Raw(",\"update_seq\":"u8).Number(info.UpdateSequence)
            .Raw(",\"sizes\":{\"file\":"u8).Number(info.FileSize)
            .Raw(",\"external\":"u8).Number(info.ExternalSize)
            .Raw(",\"active\":"u8).Number(info.ActiveSize)
            .Raw("},\"signature\":"u8).Text(info.Signature)
            .Raw(",\"purge_seq\":"u8).Number(info.PurgeSequence)
            .Raw(",\"language\":"u8).Text(group.Language)
            .Raw(",\"compact_running\":"u8).Boolean(index.IsCompacting)
            .Raw(",\"collator_versions\":["u8).Text(JsonCollation.CollatorVersion)
            .Raw("]}}"u8);
        await exchange.WriteJsonAsync(200, json);
    }
}
