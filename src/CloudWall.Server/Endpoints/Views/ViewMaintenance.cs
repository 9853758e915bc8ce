using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Views;

/// <summary>What operators ask of indexes.</summary>
internal static class ViewMaintenance
{
    /// <summary>POST <c>_compact/{ddoc}</c>: begins it, and does not wait for its end.</summary>
    public static Task Compact(Exchange exchange)
    {
        exchange.RequireJson();
        var node = exchange.Node;
        var group = node.Node.Views.Find(exchange.Database, "_design/" + exchange.Target.Text(2));
        node.Node.Views.Open(exchange.Database, group).CompactInBackground();
        return exchange.WriteOkAsync(202);
    }

    /// <summary>POST <c>_view_cleanup</c>: removes the indexes that no design document asks for.</summary>
    public static async Task Clean(Exchange exchange)
    {
        await exchange.Node.Node.Views.CleanAsync(exchange.Database);
        await exchange.WriteOkAsync(202);
    }
}
