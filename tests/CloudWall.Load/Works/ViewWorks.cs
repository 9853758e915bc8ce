using System.Globalization;
using System.Text;

namespace CloudWall.Load.Works;

/// <summary>The index of 20,000 orders, 2.7 rows each of one function or of three alike, from nothing to its first answer.</summary>
internal sealed class ViewBuild(int functions) : Work
{
    public override string Name => functions == 1 ? "view build" : $"view build of {functions} functions";

    public override string Unit => "documents";

    public override Task PrepareAsync(Site site) => Orders.MakeAsync(site);

    public override async Task PrepareRunAsync(Site site)
    {
        var database = await Orders.MakeAsync(site);
        var run = site.Keep(Name, () => 0) + 1;
        site.Set(Name, run);

        // Another function each time, or there would be an index already.
        var path = string.Create(CultureInfo.InvariantCulture, $"{database}/_design/build{functions}-{run}");
        await site.ReadAsync("PUT", path, Orders.Design(functions, run), 201);
    }

    public override async Task<long> RunAsync(Site site)
    {
        var database = await Orders.MakeAsync(site);
        var design = string.Create(CultureInfo.InvariantCulture, $"build{functions}-{site.Keep(Name, () => 0)}");
        var path = $"{database}/_design/{design}/_view/orders0?reduce=false&limit=1";
        (await (await site.ConnectAsync(1))[0].SendAsync(site.Target.Request("GET", path))).Expect(200).AtLeast(50);
        return Orders.Count(site);
    }
}

/// <summary>Fifty rows of a view, from one place or another.</summary>
internal sealed class ViewRange(int connections) : Work
{
    public override string Name => $"view range of 50 rows, {connections} connection{(connections == 1 ? "" : "s")}";

    public override async Task PrepareAsync(Site site)
    {
        var path = await Orders.IndexAsync(site);
        site.Set("range.requests", Enumerable.Range(0, 1000).Select(i => site.Target.Request(
            "GET",
            path + "?reduce=false&limit=50&startkey=" + Uri.EscapeDataString(string.Create(
                CultureInfo.InvariantCulture, $"[\"Björn Ågren\",\"2026-0{(i % 9) + 1}-1{i % 10}\",{i * 7}]")))).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("range.requests", () => new List<byte[]>());
        return await SpreadAsync(
            await site.ConnectAsync(connections), site.Scaled(connections == 1 ? 2000 : 8000), i => requests[i * 7 % requests.Count], 200, least: 50 * 50);
    }
}

/// <summary>Rows of a view reduced by customers: 7 groups of all orders.</summary>
internal sealed class ViewGroups : Work
{
    public override string Name => "view grouped reduction";

    public override async Task PrepareAsync(Site site) =>
        site.Set("groups.request", site.Target.Request("GET", await Orders.IndexAsync(site) + "?group_level=1&startkey=%5B%5D"));

    public override async Task<long> RunAsync(Site site)
    {
        var request = site.Keep("groups.request", Array.Empty<byte>);
        return await SpreadAsync(await site.ConnectAsync(1), site.Scaled(400), _ => request, 200, least: 7 * 20);
    }
}

/// <summary>A database of orders, and views of it.</summary>
internal static class Orders
{
    private const string Map =
        "function (doc) { emit([doc.customer, doc.date.slice(0, 10), doc.number], doc.total);"
        + " if (doc.number % 10 < 7) { emit(doc.lines[0].sku, doc.lines[0].quantity); } emit(doc.lines[1].sku, doc.lines[1].quantity); }";

    public static int Count(Site site) => site.Scaled(20) * 1000;

    public static Task<string> MakeAsync(Site site) => site.DocumentsAsync("orders", Count(site));

    /// <summary>A design document with views <c>orders0</c> and so on, which differ by a comment.</summary>
    public static byte[] Design(int functions, int run = 0) => Encoding.UTF8.GetBytes("{\"views\":{" + string.Join(',', Enumerable.Range(0, functions).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"\"orders{i}\":{{\"map\":\"{Map} /* {run} {i} */\",\"reduce\":\"_sum\"}}"))) + "}}");

    /// <summary>Makes an index that lasts.</summary>
    /// <returns>Its view's path.</returns>
    public static async Task<string> IndexAsync(Site site)
    {
        var database = await MakeAsync(site);
        return await site.KeepAsync("orders.index", async () =>
        {
            await site.ReadAsync("PUT", database + "/_design/orders", Design(1), 201);
            await site.ReadAsync("GET", database + "/_design/orders/_view/orders0?limit=1");
            return database + "/_design/orders/_view/orders0";
        });
    }
}
