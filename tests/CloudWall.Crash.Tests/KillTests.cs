using System.Globalization;

namespace CloudWall.Crash.Tests;

/// <summary>
/// A node is killed at random moments under writes of all kinds. <c>CLOUDWALL_CRASH_ROUNDS</c>: how many rounds, 6 unless told;
/// <c>CLOUDWALL_CRASH_SEED</c>: which to begin with.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_acknowledged_write_survives_a_killed_node()
    {
        var rounds = Soak.Number("CLOUDWALL_CRASH_ROUNDS", 6);
        var first = Soak.Number("CLOUDWALL_CRASH_SEED", 1);
        using var data = new TemporaryDirectory();
        var ledger = new Ledger();
        for (var seed = first; seed < first + rounds; seed++)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLOUDWALL_CRASH_SEED={seed}, {ledger.Count} acknowledged so far"));
            await using (var node = await NodeProcess.StartAsync(data.Path))
            {
                Assert.False(node.HasExited, node.HasExited ? await node.Errors : "");
                if (seed == first)
                {
                    using var created = await node.Client.PutAsync(Workload.Database, null, TestContext.Current.CancellationToken);
                    Assert.True(created.IsSuccessStatusCode);
                }
                else
                {
                    await Inspection.OverHttpAsync(node.Client, ledger);
                }

                var writing = new Workload(ledger, seed).RunAsync(node, int.MaxValue / 2);
                await Soak.UntilAsync(() => writing.IsFaulted || ledger.Count > 0, writing);
                var target = ledger.Count + new Random(seed).Next(1, 300);
                await Soak.UntilAsync(() => ledger.Count >= target, writing);
                await node.KillAsync();
                await writing;
            }
        }

        await using (var node = await NodeProcess.StartAsync(data.Path))
        {
            await Inspection.OverHttpAsync(node.Client, ledger);
            Assert.Equal(0, await node.StopAsync());
        }

        Inspection.OfFiles(data.Path);
        Inspection.OfLosses(data.Path);
    }

    /// <summary>Review, attack 18: files of the store, with passwords in them, could be read by every user of the machine.</summary>
    [Fact]
    public async Task What_a_node_writes_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such rights on Windows.");
        using var data = new TemporaryDirectory();
        await using (var node = await NodeProcess.StartAsync(data.Path))
        {
            using var created = await node.Client.PutAsync("db", null, TestContext.Current.CancellationToken);
            Assert.True(created.IsSuccessStatusCode);
            Assert.Equal(0, await node.StopAsync());
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(data.Path, "store"), "*.log"));
        foreach (var entry in Directory.GetFileSystemEntries(data.Path, "*", SearchOption.AllDirectories).Append(data.Path))
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(entry) & ~Owner);
            }
        }
    }
}
