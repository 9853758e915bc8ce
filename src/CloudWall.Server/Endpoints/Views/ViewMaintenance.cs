using CloudWall.DesignDocuments.Views;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Views;

/// <summary>What operators ask of indexes.</summary>
internal sealed class ViewMaintenance(ViewGroups views)
{
    /// <summary>POST <c>_compact/{ddoc}</c>: begins it, and does not wait for its end.</summary>
    public Task Compact(Exchange exchange)
    {
        exchange.RequireJson();
        var group = views.Find(exchange.Database, "_design/" + exchange.Target.Text(2));
        views.Open(exchange.Database, group).CompactInBackground();
        return exchange.WriteOkAsync(202);
    }

    /// <summary>POST <c>_view_cleanup</c>: removes the indexes that no design document asks for.</summary>
    public async Task Clean(Exchange exchange)
    {
        await views.CleanAsync(exchange.Database);
        await exchange.WriteOkAsync(202);
    }
}
