using System.Text.Json;

namespace CloudWall.Load.Works;

/// <summary>Documents of 300 bytes, a thousand a request, ids ascending.</summary>
internal sealed class BulkInsert : Work
{
    public override string Name => "bulk insert";

    public override string Unit => "documents";

    public override async Task PrepareRunAsync(Site site)
    {
        var database = await site.DatabaseAsync("bulk");
        var from = site.Keep("bulk.next", () => 0);
        var count = site.Scaled(20);
        site.Set("bulk.next", from + (count * 1000));
        site.Set("bulk.requests", Enumerable.Range(0, count).Select(batch => site.Target.Request(
            "POST",
            database + "/_bulk_docs",
            Samples.Batch(Enumerable.Range(from + (batch * 1000), 1000).Select(i => Samples.Document(Samples.Id(i), i))))).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("bulk.requests", () => new List<byte[]>());
        return 1000 * await SpreadAsync(await site.ConnectAsync(1), requests.Count, i => requests[i], 201);
    }

    public override async Task VerifyAsync(Site site)
    {
        var written = site.Keep("bulk.next", () => 0);
        await site.ExpectAsync(await site.DatabaseAsync("bulk"), written, written);
    }
}

/// <summary>New revisions of documents, a thousand a request.</summary>
internal sealed class BulkUpdate : Work
{
    public override string Name => "bulk update";

    public override string Unit => "documents";

    public override async Task PrepareRunAsync(Site site)
    {
        var count = site.Scaled(20) * 1000;
        var database = await site.DocumentsAsync("updated", count);
        var revisions = await Revisions.ReadAsync(site, database);
        site.Set("update.run", site.Keep("update.run", () => 0) + 1);
        site.Set("update.requests", revisions.Chunk(1000).Select((batch, n) => site.Target.Request(
            "POST",
            database + "/_bulk_docs",
            Samples.Batch(batch.Select((document, i) => Samples.Document(document.Id, (n * 1000) + i, document.Revision))))).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("update.requests", () => new List<byte[]>());
        return 1000 * await SpreadAsync(await site.ConnectAsync(1), requests.Count, i => requests[i], 201);
    }

    public override async Task VerifyAsync(Site site)
    {
        var count = site.Scaled(20) * 1000L;
        await site.ExpectAsync(await site.DatabaseAsync("updated"), count, count * (1 + site.Keep("update.run", () => 0)));
    }
}

/// <summary>Bodies of documents by id and revision, 500 a request.</summary>
internal sealed class BulkGet : Work
{
    public override string Name => "_bulk_get";

    public override string Unit => "documents";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DocumentsAsync("read", site.Scaled(20) * 1000);
        var revisions = await Revisions.ReadAsync(site, database);
        site.Set("get.requests", revisions.Chunk(500).Select(batch => site.Target.Request(
            "POST",
            database + "/_bulk_get?revs=true",
            JsonSerializer.SerializeToUtf8Bytes(new { docs = batch.Select(document => new { id = document.Id, rev = document.Revision }) }))).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("get.requests", () => new List<byte[]>());
        return 500 * await SpreadAsync(await site.ConnectAsync(1), requests.Count, i => requests[i], 200, least: 500 * 250);
    }
}

/// <summary>Which revisions are missing, a thousand documents a request: of each one that is there and one that is not.</summary>
internal sealed class RevsDiff : Work
{
    public override string Name => "_revs_diff";

    public override string Unit => "documents";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DocumentsAsync("read", site.Scaled(20) * 1000);
        var revisions = await Revisions.ReadAsync(site, database);
        site.Set("diff.requests", revisions.Chunk(1000).Select(batch => site.Target.Request(
            "POST",
            database + "/_revs_diff",
            JsonSerializer.SerializeToUtf8Bytes(batch.ToDictionary(
                document => document.Id, document => new[] { document.Revision, "2-" + document.Revision[2..] })))).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var requests = site.Keep("diff.requests", () => new List<byte[]>());
        return 1000 * await SpreadAsync(await site.ConnectAsync(1), requests.Count, i => requests[i], 200, least: 1000 * 50);
    }
}

/// <summary>Ids and revisions of all documents of a database.</summary>
internal static class Revisions
{
    public static async Task<List<(string Id, string Revision)>> ReadAsync(Site site, string database)
    {
        using var json = JsonDocument.Parse(await site.ReadAsync("GET", database + "/_all_docs"));
        return [.. json.RootElement.GetProperty("rows").EnumerateArray().Select(row =>
            (row.GetProperty("id").GetString()!, row.GetProperty("value").GetProperty("rev").GetString()!))];
    }
}
