using System.Text;

namespace CloudWall.Load.Works;

/// <summary>The server's own replicator, once: from one of its databases to a new one, both by URL, as it replicates with others.</summary>
internal sealed class ReplicateOnce : Work
{
    public override string Name => "one-shot replication";

    public override string Unit => "documents";

    public override async Task PrepareRunAsync(Site site)
    {
        var run = site.Keep("replication.run", () => 0) + 1;
        site.Set("replication.run", run);
        var count = site.Scaled(5) * 1000;
        site.Set("replication.count", count);
        var source = await site.DocumentsAsync("replicated", count);
        var target = await site.DatabaseAsync($"replica{run}");
        site.Set("replication.target", target);
        site.Set("replication.request", site.Target.Request(
            "POST", "_replicate", Encoding.UTF8.GetBytes($$"""{"source":"{{site.Target.Url}}{{source}}","target":"{{site.Target.Url}}{{target}}"}""")));
    }

    public override async Task<long> RunAsync(Site site)
    {
        var request = site.Keep("replication.request", Array.Empty<byte>);
        (await (await site.ConnectAsync(1))[0].SendAsync(request)).Expect(200);
        return site.Keep("replication.count", () => 0);
    }

    public override async Task VerifyAsync(Site site)
    {
        var count = site.Keep("replication.count", () => 0);
        await site.ExpectAsync(site.Keep("replication.target", () => string.Empty), count, count);
    }
}
