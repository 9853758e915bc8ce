using System.Globalization;
using System.Text;

namespace CloudWall.Load.Works;

/// <summary>New documents of 1 KiB, one a request.</summary>
internal class Put(int connections) : Work
{
    public override string Name => $"PUT, {connections} connection{(connections == 1 ? "" : "s")}";

    /// <summary>The database that they go to.</summary>
    protected virtual string Database => "put";

    public override async Task PrepareRunAsync(Site site)
    {
        var database = await site.DatabaseAsync(Database);
        var run = site.Keep(Name, () => 0);
        site.Set(Name, run + 1);
        var count = site.Scaled(connections == 1 ? 400 : 4000);
        site.Set(Name + ".requests", Enumerable.Range(0, count).Select(i =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"p{connections}-{run}-{i:D6}");
            return site.Target.Request("PUT", database + "/" + id, Encoding.UTF8.GetBytes(Samples.Kilobyte(id, i)));
        }).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep(Name + ".requests", () => new List<byte[]>());
        return await SpreadAsync(await site.ConnectAsync(connections), requests.Count, i => requests[i], 201);
    }
}

/// <summary>Documents of 1 KiB, one a request.</summary>
internal sealed class Get(int connections) : Work
{
    private const int Documents = 1000;

    public override string Name => $"GET, {connections} connection{(connections == 1 ? "" : "s")}";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DatabaseAsync("get");
        site.Set("get.one", await site.KeepAsync("get.made", async () =>
        {
            await site.ReadAsync(
                "POST", database + "/_bulk_docs", Samples.Batch(Enumerable.Range(0, Documents).Select(i => Samples.Kilobyte(Samples.Id(i), i))), 201);
            return Enumerable.Range(0, Documents).Select(i => site.Target.Request("GET", database + "/" + Samples.Id(i))).ToList();
        }));
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("get.one", () => new List<byte[]>());
        return await SpreadAsync(
            await site.ConnectAsync(connections), site.Scaled(connections == 1 ? 4000 : 20000), i => requests[i * 7 % requests.Count], 200, least: 1024);
    }
}
