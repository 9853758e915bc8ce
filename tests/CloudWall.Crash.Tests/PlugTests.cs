using System.Globalization;
using System.Net;

namespace CloudWall.Crash.Tests;

/// <summary>
/// The plug is pulled at random moments under writes of all kinds: what was not synced is lost, in whole or in part, also while a node
/// recovers from the last time. <c>CLOUDWALL_PLUG_SEEDS</c>: how often, 20 unless told; <c>CLOUDWALL_PLUG_SEED</c>: which to begin with.
/// </summary>
public sealed class PlugTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_acknowledged_write_survives_a_pulled_plug()
    {
        var seeds = Soak.Number("CLOUDWALL_PLUG_SEEDS", 10);
        var first = Soak.Number("CLOUDWALL_PLUG_SEED", 1);
        using var data = new TemporaryDirectory();
        var ledger = new Ledger();
        await CreateAsync(data);
        for (var seed = first; seed < first + seeds; seed++)
        {
            // Now and then within the start, mostly later.
            var after = new Random(seed).Next(1, seed % 5 == 0 ? 60 : 1500);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLOUDWALL_PLUG_SEED={seed}, {ledger.Count} acknowledged so far"));
            await RunAsync(data, ledger, seed, PlugLibrary.Environment(data.Path, after, seed));
        }

        await using (var node = await NodeProcess.StartAsync(data.Path))
        {
            Assert.False(node.HasExited, node.HasExited ? await node.Errors : "");
            await Inspection.OverHttpAsync(node.Client, ledger);
            Assert.Equal(0, await node.StopAsync());
        }

        Inspection.OfFiles(data.Path);
        Inspection.OfLosses(data.Path);
    }

    [Fact]
    public async Task A_first_start_survives_a_pulled_plug_with_what_it_acknowledged()
    {
        var seeds = Soak.Number("CLOUDWALL_PLUG_SEEDS", 10) / 3;
        var first = Soak.Number("CLOUDWALL_PLUG_SEED", 1);
        for (var seed = first; seed < first + seeds; seed++)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLOUDWALL_PLUG_SEED={seed}"));
            using var data = new TemporaryDirectory();
            Directory.CreateDirectory(data.Path);
            var ledger = new Ledger();
            var isCreated = false;
            var after = new Random(seed).Next(1, seed % 2 == 0 ? 80 : 600);
            await using (var node = await NodeProcess.StartAsync(data.Path, PlugLibrary.Environment(data.Path, after, seed)))
            {
                try
                {
                    isCreated = !node.HasExited && await CreateAsync(node);
                }
                catch (HttpRequestException)
                {
                    // Pulled before it answered.
                }

                if (isCreated)
                {
                    await new Workload(ledger, seed).RunAsync(node, int.MaxValue / 2);
                }

                await EndedAsync(node);
            }

            await using (var node = await NodeProcess.StartAsync(data.Path))
            {
                Assert.False(node.HasExited, node.HasExited ? await node.Errors : "");
                if (!isCreated)
                {
                    await CreateAsync(node);
                }

                await Inspection.OverHttpAsync(node.Client, ledger);
                Assert.Equal(0, await node.StopAsync());
            }

            Inspection.OfFiles(data.Path);
            Inspection.OfLosses(data.Path);
        }
    }

    [Fact]
    public async Task A_disk_that_lies_about_syncing_is_found_out()
    {
        using var data = new TemporaryDirectory();
        var ledger = new Ledger();
        await CreateAsync(data);
        var isFoundOut = false;
        for (var seed = 1; seed <= 10 && !isFoundOut; seed++)
        {
            try
            {
                // What an earlier run has lost may show while the next one writes.
                await RunAsync(data, ledger, seed, PlugLibrary.Environment(data.Path, after: 400, seed, lies: true));
                await using var node = await NodeProcess.StartAsync(data.Path);
                isFoundOut = node.HasExited;
                if (!isFoundOut)
                {
                    await Inspection.OverHttpAsync(node.Client, ledger);
                }
            }
            catch (Exception found) when (found is Xunit.Sdk.XunitException or InvalidDataException or HttpRequestException)
            {
                isFoundOut = true;
            }
        }

        Assert.True(isFoundOut);
    }

    [Fact]
    public async Task No_answer_leaves_before_what_it_acknowledges_is_synced()
    {
        using var data = new TemporaryDirectory();
        var trace = data.Beside("trace");
        var ledger = new Ledger();
        await using (var node = await NodeProcess.StartAsync(data.Path, PlugLibrary.Environment(data.Path, after: 0, seed: 0, trace: trace)))
        {
            Assert.False(node.HasExited, node.HasExited ? await node.Errors : "");
            using var created = await node.Client.PutAsync(Workload.Database, null, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);

            // One client alone, so that nothing else is being written while it is answered; compaction does not wait for the disk.
            await new Workload(ledger, seed: 1) { Clients = 1, IsCompacting = false }.RunAsync(node, 300);
            await node.StopAsync();
        }

        var answers = await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken);
        var written = answers.Where(answer => answer.StartsWith("201", StringComparison.Ordinal)).ToList();
        Assert.InRange(written.Count, 100, int.MaxValue);
        Assert.All(written, answer => Assert.EndsWith(" 0", answer));
    }

    private static async Task CreateAsync(TemporaryDirectory data)
    {
        await using var node = await NodeProcess.StartAsync(data.Path);
        using var created = await node.Client.PutAsync(Workload.Database, null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(0, await node.StopAsync());
    }

    private static async Task<bool> CreateAsync(NodeProcess node)
    {
        using var created = await node.Client.PutAsync(Workload.Database, null);
        return created.StatusCode is HttpStatusCode.Created or HttpStatusCode.PreconditionFailed;
    }

    /// <summary>Runs a node until its plug is pulled.</summary>
    private static async Task RunAsync(TemporaryDirectory data, Ledger ledger, int seed, IReadOnlyDictionary<string, string> environment)
    {
        await using var node = await NodeProcess.StartAsync(data.Path, environment);
        if (!node.HasExited && environment["PLUG_LIES"] == "0")
        {
            try
            {
                await Inspection.OverHttpAsync(node.Client, ledger);
            }
            catch (HttpRequestException)
            {
                // It was pulled while we looked. Its connections end a moment before it does.
                await EndedAsync(node);
            }
        }

        await new Workload(ledger, seed).RunAsync(node, int.MaxValue / 2);
        await EndedAsync(node);
    }

    private static async Task EndedAsync(NodeProcess node)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await node.WaitAsync(patience.Token);
    }
}
