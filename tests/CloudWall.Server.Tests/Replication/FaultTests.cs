using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

/// <summary>
/// A node replicates both ways with another through a proxy that does what networks do. <c>CLOUDWALL_FAULT_SEEDS</c>: how many seeds, 6
/// unless told; <c>CLOUDWALL_FAULT_SEED</c>: which to begin with.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int Abreast = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Little patience, small batches: many requests, and many of them again.</summary>
    private static readonly (string Section, string Key, string Value)[] Hasty =
    [
        ("replicator", "connection_timeout", "1500"),
        ("replicator", "retries_per_request", "2"),
        ("replicator", "worker_batch_size", "5"),
        ("replicator", "checkpoint_interval", "100"),
        ("replicator", "max_backoff", "1"),
    ];

    [Fact]
    public async Task Nodes_converge_whatever_lies_between_them()
    {
        var first = Number("CLOUDWALL_FAULT_SEED", 1);
        var seeds = Enumerable.Range(first, Number("CLOUDWALL_FAULT_SEEDS", 6));
        var options = new ParallelOptions { MaxDegreeOfParallelism = Abreast, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForEachAsync(seeds, options, async (seed, _) =>
        {
            try
            {
                output.WriteLine(await ConvergeAsync(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"With CLOUDWALL_FAULT_SEED={seed}", failure);
            }
        });
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static async Task<string> ConvergeAsync(int seed)
    {
        await using var far = await InProcessNode.StartAsync();
        await using var near = await InProcessNode.StartAsync(Hasty);
        await using var proxy = await FaultProxy.StartAsync(far.Address, seed, rate: 0.1 * (1 + (seed % 4)));
        var ledger = new ConcurrentBag<(string Id, string Revision)>();
        var (there, here) = (new Writer(far, seed, ledger), new Writer(near, seed + 1_000_000, ledger));
        await there.WriteAsync(40);
        await here.WriteAsync(20);
        var remote = $"http://admin:secret@{proxy.Address.Authority}/db";
        string[] ways = [$$"""{"source":"{{remote}}","target":"db" """, $$"""{"source":"db","target":"{{remote}}" """];
        var isContinuous = seed % 2 == 0;
        foreach (var way in isContinuous ? ways : [])
        {
            Assert.Equal(202, (await near.PostAsync("/_replicate", way + ",\"continuous\":true}")).Status);
        }

        var failed = 0;
        for (var round = 0; round < 5; round++)
        {
            var carried = proxy.Carried;
            await there.WriteAsync(5);
            await here.WriteAsync(5);
            if (isContinuous)
            {
                await UntilAsync(() => Task.FromResult(proxy.Carried >= carried + 10 ? null : "requests come through"));
                continue;
            }

            foreach (var way in ways)
            {
                var answer = await near.PostAsync("/_replicate", way + "}");
                var json = JsonNode.Parse(answer.Bytes)!;
                if (answer.Status != 200)
                {
                    // It says why.
                    failed++;
                    Assert.InRange(answer.Status, 400, 599);
                    Assert.NotEmpty((string)json["error"]!);
                    Assert.NotEmpty((string)json["reason"]!);
                }
            }
        }

        proxy.Behave();
        if (isContinuous)
        {
            await UntilAsync(() => DifferenceAsync(near, far));
        }
        else
        {
            foreach (var way in ways)
            {
                var answer = await near.PostAsync("/_replicate", way + "}");
                Assert.True(answer.Status == 200, answer.Text);
            }

            Assert.Null(await DifferenceAsync(near, far));
        }

        await SameAsync(near, far, ledger);
        return $"CLOUDWALL_FAULT_SEED={seed}: {ledger.Count} writes, {failed} failed runs, {string.Join(", ", proxy.Seen.Select(static pair => $"{pair.Key} {pair.Value}"))}";
    }

    private static async Task UntilAsync(Func<Task<string?>> difference)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await difference() is { } left)
        {
            Assert.False(patience.IsCancellationRequested, $"Not within {Patience}: {left}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Documents whose leaves differ, or null.</summary>
    private static async Task<string?> DifferenceAsync(InProcessNode one, InProcessNode other)
    {
        var (first, second) = (await LeavesAsync(one), await LeavesAsync(other));
        return first.SetEquals(second) ? null : "leaves differ: " + string.Join(", ", first.Except(second).Concat(second.Except(first)).Take(10));
    }

    private static async Task<HashSet<(string Id, string Revision)>> LeavesAsync(InProcessNode node)
    {
        var answer = await node.GetAsync("/db/_changes?style=all_docs");
        return [.. JsonNode.Parse(answer.Bytes)!["results"]!.AsArray()
            .SelectMany(static row => row!["changes"]!.AsArray().Select(change => ((string)row["id"]!, (string)change!["rev"]!)))];
    }

    /// <summary>Nothing is lost, nothing doubled: all that was acknowledged is on both, nothing else is, and both give the same.</summary>
    private static async Task SameAsync(InProcessNode one, InProcessNode other, IReadOnlyCollection<(string Id, string Revision)> ledger)
    {
        var leaves = await LeavesAsync(one);
        Assert.Empty(leaves.Except(ledger));
        var known = new JsonObject();
        foreach (var document in ledger.GroupBy(static write => write.Id))
        {
            known[document.Key] = new JsonArray([.. document.Select(static write => (JsonNode)write.Revision)]);
        }

        foreach (var node in (InProcessNode[])[one, other])
        {
            Assert.Equal("{}", (await node.PostAsync("/db/_revs_diff", known.ToJsonString())).Text.Trim());
        }

        foreach (var id in leaves.Select(static leaf => leaf.Id).Distinct())
        {
            var path = $"/db/{Writer.Escape(id)}?open_revs=all&revs=true&attachments=true&att_encoding_info=true";
            Assert.Equal(await RevisionsAsync(one, path), await RevisionsAsync(other, path));
        }
    }

    private static async Task<IEnumerable<string>> RevisionsAsync(InProcessNode node, string path)
    {
        var answer = await node.GetAsync(path, "Accept: application/json");
        Assert.Equal(200, answer.Status);
        return JsonNode.Parse(answer.Bytes)!.AsArray().Select(static revision => revision!.ToJsonString()).Order(StringComparer.Ordinal);
    }
}
