using System.Text;

namespace CloudWall.Load.Works;

/// <summary>New documents of 1 KiB, one a request, each of which a <c>validate_doc_update</c> looks at.</summary>
internal sealed class ValidatedPut(int connections) : Put(connections)
{
    private const string Validate =
        "function (doc, old, user, security) { if (doc._deleted) { return; } if (!doc.type) { throw({forbidden: 'a type is wanted'}); }"
        + " if (old && old.type !== doc.type) { throw({forbidden: 'the type stays'}); }"
        + " if (doc.lines.length < 1) { throw({forbidden: 'no lines'}); } }";

    public override string Name => "validated " + base.Name;

    protected override string Database => "validated";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DatabaseAsync(Database);
        await site.KeepAsync("validated.design", async () => await site.ReadAsync(
            "PUT", database + "/_design/rules", Encoding.UTF8.GetBytes($"{{\"validate_doc_update\":\"{Validate}\"}}"), 201));
    }
}

/// <summary>Documents of 1 KiB through a show function.</summary>
internal sealed class Show(int connections) : Work
{
    private const string Function =
        "function (doc, req) { return {headers: {'Content-Type': 'text/html'},"
        + " body: '<h1>' + doc.customer + '</h1><p>' + doc.total + ' ' + req.query.a + '</p>'}; }";

    private const int Documents = 1000;

    public override string Name => $"show, {connections} connection{(connections == 1 ? "" : "s")}";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DatabaseAsync("show");
        site.Set("show.requests", await site.KeepAsync("show.made", async () =>
        {
            var documents = Enumerable.Range(0, Documents).Select(i => Samples.Kilobyte(Samples.Id(i), i));
            await site.ReadAsync("POST", database + "/_bulk_docs", Samples.Batch(documents), 201);
            var design = Encoding.UTF8.GetBytes($"{{\"shows\":{{\"one\":\"{Function}\"}}}}");
            await site.ReadAsync("PUT", database + "/_design/app", design, 201);
            return Enumerable.Range(0, Documents)
                .Select(i => site.Target.Request("GET", $"{database}/_design/app/_show/one/{Samples.Id(i)}?a=b")).ToList();
        }));
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("show.requests", () => new List<byte[]>());
        var count = site.Scaled(connections == 1 ? 1000 : 4000);
        return await SpreadAsync(await site.ConnectAsync(connections), count, i => requests[i * 7 % requests.Count], 200, least: 30);
    }
}
