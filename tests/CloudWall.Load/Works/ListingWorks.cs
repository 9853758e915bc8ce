namespace CloudWall.Load.Works;

/// <summary>A listing or feed from its beginning to its end, in one answer.</summary>
internal sealed class Listing(string path) : Work
{
    public override string Name => path;

    public override string Unit => "rows";

    public override async Task PrepareAsync(Site site) => await site.DocumentsAsync("read", site.Scaled(20) * 1000);

    public override async Task<long> RunAsync(Site site)
    {
        var expected = site.Scaled(20) * 1000;
        var database = await site.DatabaseAsync("read");
        var request = site.Target.Request("GET", database + "/" + path);
        var connection = (await site.ConnectAsync(1))[0];
        var rows = 0L;
        for (var i = 0; i < 3; i++)
        {
            // Every row ends with a line end, and the frame has two to four of its own.
            var answer = (await connection.SendAsync(request)).Expect(200);
            rows += answer.Lines >= expected && answer.Lines <= expected + 4
                ? expected
                : throw new InvalidDataException($"{answer.Lines} lines for {expected} rows.");
        }

        return rows;
    }
}

/// <summary>A continuous feed while documents are written, a hundred a request: how fast rows come out, none lost.</summary>
internal sealed class ContinuousFeed : Work
{
    public override string Name => "continuous feed under writes";

    public override string Unit => "rows";

    public override async Task PrepareRunAsync(Site site)
    {
        var database = await site.DatabaseAsync("feed");
        var from = site.Keep("feed.next", () => 0);
        var count = site.Scaled(100);
        site.Set("feed.next", from + (count * 100));
        site.Set("feed.requests", Enumerable.Range(0, count).Select(batch => site.Target.Request(
            "POST",
            database + "/_bulk_docs",
            Samples.Batch(Enumerable.Range(from + (batch * 100), 100).Select(i => Samples.Document(Samples.Id(i), i))))).ToList());
    }

    public override async Task<long> RunAsync(Site site)
    {
        var database = await site.DatabaseAsync("feed");
        var requests = site.Keep("feed.requests", () => new List<byte[]>());
        var expected = requests.Count * 100L;
        using var feed = await site.Target.ConnectAsync();
        if (await feed.BeginAsync(site.Target.Request("GET", database + "/_changes?feed=continuous&since=now&heartbeat=60000")) != 200)
        {
            throw new InvalidDataException("The feed was refused.");
        }

        // The feed is there when it has sent its first line end.
        await feed.ReadLinesAsync();
        var reading = Task.Run(async () =>
        {
            for (var rows = 0L; rows < expected; rows += await feed.ReadLinesAsync())
            {
            }
        });
        await SpreadAsync(await site.ConnectAsync(1), requests.Count, i => requests[i], 201);
        await reading.WaitAsync(TimeSpan.FromMinutes(2));
        return expected;
    }
}
