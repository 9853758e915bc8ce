using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CloudWall.Server.Tests.Replication;

/// <summary>
/// Two nodes replicate through a network that fails in all ways, while both are written to. <c>CLOUDWALL_FAULT_SEEDS</c>: how many seeds,
/// 6 unless told; <c>CLOUDWALL_FAULT_SEED</c>: which to begin with.
/// </summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private const int Abreast = 6;
    private const string Path = "/db/";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Nodes_converge_whatever_the_network_does()
    {
        var first = Number("CLOUDWALL_FAULT_SEED", 1);
        var logs = new List<string>();
        foreach (var seeds in Enumerable.Range(first, Number("CLOUDWALL_FAULT_SEEDS", 6)).Chunk(Abreast))
        {
            logs.AddRange(await Task.WhenAll(seeds.Select(ConvergeAsync)));
        }

        // One run alone may get past all of its faults by asking again.
        Assert.Contains(logs, static log => log.Contains("The replication", StringComparison.Ordinal));
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private async Task<string> ConvergeAsync(int seed)
    {
        var log = (await RunAsync(seed)).ToString();
        Assert.DoesNotContain("defect", log, StringComparison.Ordinal);
        return log;
    }

    /// <returns>The log of the node that replicates.</returns>
    private async Task<StringWriter> RunAsync(int seed)
    {
        var random = new Random(seed);
        await using var a = await InProcessNode.StartAsync();
        await using var b = await InProcessNode.StartAsync(
            ("log", "level", "notice"),
            ("replicator", "connection_timeout", "1500"),
            ("replicator", "retries_per_request", "2"),
            ("replicator", "max_backoff", "1"),
            ("replicator", "checkpoint_interval", "200"),
            ("replicator", "worker_batch_size", "7"));
        await using var proxy = await FaultProxy.StartAsync(a.Address, seed, 0.1 + (0.4 * random.NextDouble()));
        var far = $"http://admin:secret@{proxy.Address.Authority}/db";
        string[] ways = [$"\"source\":\"{far}\",\"target\":\"db\"", $"\"source\":\"db\",\"target\":\"{far}\""];
        var ledger = new Dictionary<string, (string Revision, bool Deleted)>();
        for (var i = 0; i < 40; i++)
        {
            await EditAsync(i % 3 == 0 ? b : a, i % 3 == 0 ? 'b' : 'a', random, ledger);
        }

        // One way at least goes on and on by itself; the other may be asked for again and again.
        var isOneShot = seed % 2 == 0;
        Assert.Equal(202, (await b.PostAsync("/_replicate", $"{{\"continuous\":true,{ways[seed / 2 % 2]}}}")).Status);
        if (!isOneShot)
        {
            Assert.Equal(202, (await b.PostAsync("/_replicate", $"{{\"continuous\":true,{ways[1 - (seed / 2 % 2)]}}}")).Status);
        }

        var other = $"{{{ways[1 - (seed / 2 % 2)]}}}";
        var faults = random.Next(20, 40);
        using var patience = new CancellationTokenSource(Patience);
        while (proxy.Faults < faults)
        {
            var next = proxy.NextRequest;
            await EditAsync(a, 'a', random, ledger);
            await EditAsync(b, 'b', random, ledger);
            try
            {
                await (isOneShot ? b.PostAsync("/_replicate", other) : next).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"CLOUDWALL_FAULT_SEED={seed}, {proxy.Faults} of {faults} faults: {(await b.GetAsync("/_scheduler/jobs")).Text}");
            }
        }

        proxy.Behaves = true;
        if (isOneShot)
        {
            var last = await b.PostAsync("/_replicate", other).WaitAsync(patience.Token);
            Assert.True(last.Status == 200, last.Text);
        }

        while (await LeavesAsync(a) != await LeavesAsync(b))
        {
            if (patience.IsCancellationRequested)
            {
                var (here, there) = ((await LeavesAsync(a)).Split('\n'), (await LeavesAsync(b)).Split('\n'));
                Assert.Fail($"CLOUDWALL_FAULT_SEED={seed}: only a: {string.Join('\n', here.Except(there))}\nonly b: {string.Join('\n', there.Except(here))}\n{(await b.GetAsync("/_scheduler/jobs")).Text}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await CompareAsync(a, b, ledger);
        output.WriteLine($"CLOUDWALL_FAULT_SEED={seed}: {proxy.Faults} faults, {ledger.Count} documents");
        return b.Log;
    }

    /// <summary>Writes a document: a new one, a new revision, a deletion, one with an attachment, or a conflict.</summary>
    private static async Task EditAsync(InProcessNode node, char name, Random random, Dictionary<string, (string Revision, bool Deleted)> ledger)
    {
        var id = $"{name}é/ ☃𝄞+%{random.Next(25)}";
        var path = Path + Uri.EscapeDataString(id);
        var kind = random.Next(6);
        var (revision, deleted) = ledger.GetValueOrDefault(id);
        if (kind == 0)
        {
            // Two branches that were made elsewhere. Their documents are written once each, and never edited.
            var conflict = Path + Uri.EscapeDataString($"{name} conflict {ledger.Count} {random.Next()}");
            foreach (var leaf in "12")
            {
                var hash = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(conflict + leaf)));
                var body = $"{{\"leaf\":{leaf},\"_revisions\":{{\"start\":2,\"ids\":[\"{hash}\",\"967a00dff5e02add41819138abb3284d\"]}}}}";
                Assert.Equal(201, (await node.PutAsync(conflict + "?new_edits=false", body)).Status);
            }

            return;
        }

        var content = string.Empty;
        if (kind == 1)
        {
            var bytes = new byte[random.Next(1, 120_000)];
            random.NextBytes(bytes);
            content = $",\"_attachments\":{{\"ä/b c\":{{\"content_type\":\"{(bytes.Length % 2 == 0 ? "text/plain" : "image/png")}\",\"data\":\"{Convert.ToBase64String(bytes)}\"}}}}";
        }

        var deletes = kind == 2 && revision is not null && !deleted;
        var members = (revision is null || deleted ? string.Empty : $"\"_rev\":\"{revision}\",") + (deletes ? "\"_deleted\":true," : string.Empty);
        var answer = await node.PutAsync(path, $"{{{members}\"value\":{random.Next()},\"text\":\"Grüße, 你好 🙂\"{content}}}");
        Assert.True(answer.Status is 200 or 201, answer.Text);
        using var json = JsonDocument.Parse(answer.Bytes);
        ledger[id] = (json.RootElement.GetProperty("rev").GetString()!, deletes);
    }

    /// <summary>All documents with their leaves, without what a node numbers for itself.</summary>
    private static async Task<string> LeavesAsync(InProcessNode node)
    {
        using var json = JsonDocument.Parse((await node.GetAsync("/db/_changes?style=all_docs")).Bytes);
        return string.Join('\n', json.RootElement.GetProperty("results").EnumerateArray()
            .Select(static row => row.GetProperty("id").GetString() + " " + row.GetProperty("changes").GetRawText())
            .Order(StringComparer.Ordinal));
    }

    private static async Task CompareAsync(InProcessNode a, InProcessNode b, Dictionary<string, (string Revision, bool Deleted)> ledger)
    {
        using var json = JsonDocument.Parse((await a.GetAsync("/db/_changes?style=all_docs")).Bytes);
        var leaves = json.RootElement.GetProperty("results").EnumerateArray().ToDictionary(
            static row => row.GetProperty("id").GetString()!,
            static row => row.GetProperty("changes").EnumerateArray().Select(static change => change.GetProperty("rev").GetString()!).ToArray());
        foreach (var (id, (revision, _)) in ledger)
        {
            // What was written last is what is there, and nothing beside it.
            Assert.Equal([revision], leaves[id]);
        }

        foreach (var id in leaves.Keys)
        {
            Assert.Equal(ledger.ContainsKey(id) ? 1 : 2, leaves[id].Length);
            Assert.Equal(await OpenAsync(a, id), await OpenAsync(b, id));
        }
    }

    private static async Task<IEnumerable<string>> OpenAsync(InProcessNode node, string id)
    {
        var answer = await node.GetAsync($"/db/{Uri.EscapeDataString(id)}?open_revs=all&revs=true&attachments=true", "Accept: application/json");
        Assert.Equal(200, answer.Status);
        using var json = JsonDocument.Parse(answer.Bytes);
        return [.. json.RootElement.EnumerateArray().Select(static leaf => leaf.GetProperty("ok").GetRawText()).Order(StringComparer.Ordinal)];
    }
}
