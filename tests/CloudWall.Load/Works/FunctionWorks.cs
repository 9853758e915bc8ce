using System.Globalization;
using System.Text;

namespace CloudWall.Load.Works;

/// <summary>New documents of 1 KiB, one a request, each of which a <c>validate_doc_update</c> looks at.</summary>
internal sealed class ValidatedPut(int connections) : Work
{
    private const string Validate =
        "function (doc, old, user, security) { if (doc._deleted) { return; } if (!doc.type) { throw({forbidden: 'a type is wanted'}); }"
        + " if (old && old.type !== doc.type) { throw({forbidden: 'the type stays'}); } if (doc.lines.length < 1) { throw({forbidden: 'no lines'}); } }";

    public override string Name => $"validated PUT, {connections} connection{(connections == 1 ? "" : "s")}";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DatabaseAsync("validated");
        await site.KeepAsync("validated.design", async () => await site.ReadAsync(
            "PUT", database + "/_design/rules", Encoding.UTF8.GetBytes($"{{\"validate_doc_update\":\"{Validate}\"}}"), 201));
    }

    public override async Task PrepareRunAsync(Site site)
    {
        var database = await site.DatabaseAsync("validated");
        var run = site.Keep(Name, () => 0);
        site.Set(Name, run + 1);
        site.Set("validated.requests", Enumerable.Range(0, site.Scaled(connections == 1 ? 400 : 4000)).Select(i =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"p{connections}-{run}-{i:D6}");
            return site.Target.Request("PUT", database + "/" + id, Encoding.UTF8.GetBytes(Samples.Kilobyte(id, i)));
        }).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("validated.requests", () => new List<byte[]>());
        return await SpreadAsync(await site.ConnectAsync(connections), requests.Count, i => requests[i], 201);
    }
}

/// <summary>Documents of 1 KiB through a show function.</summary>
internal sealed class Show(int connections) : Work
{
    private const string Function =
        "function (doc, req) { return {headers: {'Content-Type': 'text/html'}, body: '<h1>' + doc.customer + '</h1><p>' + doc.total + ' ' + req.query.a + '</p>'}; }";

    private const int Documents = 1000;

    public override string Name => $"show, {connections} connection{(connections == 1 ? "" : "s")}";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DatabaseAsync("show");
        site.Set("show.requests", await site.KeepAsync("show.made", async () =>
        {
            await site.ReadAsync(
                "POST", database + "/_bulk_docs", Samples.Batch(Enumerable.Range(0, Documents).Select(i => Samples.Kilobyte(Samples.Id(i), i))), 201);
            await site.ReadAsync("PUT", database + "/_design/app", Encoding.UTF8.GetBytes($"{{\"shows\":{{\"one\":\"{Function}\"}}}}"), 201);
            return Enumerable.Range(0, Documents)
                .Select(i => site.Target.Request("GET", $"{database}/_design/app/_show/one/{Samples.Id(i)}?a=b")).ToList();
        }));
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("show.requests", () => new List<byte[]>());
        return await SpreadAsync(
            await site.ConnectAsync(connections), site.Scaled(connections == 1 ? 1000 : 4000), i => requests[i * 7 % requests.Count], 200, least: 30);
    }
}
