using System.Globalization;

namespace CloudWall.Crash.Tests.Replication;

/// <summary>
/// Two nodes replicate both ways, driven by one of them, while either is killed at random moments or put back to a copy of earlier data.
/// <c>CLOUDWALL_CRASH_ROUNDS</c>: how many rounds, 8 unless told; <c>CLOUDWALL_CRASH_SEED</c>: which to begin with.
/// </summary>
public sealed class ReplicationTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Nodes_converge_though_they_are_killed_and_put_back()
    {
        var first = Soak.Number("CLOUDWALL_CRASH_SEED", 1);
        await using var driver = new PeerNode("a");
        await using var other = new PeerNode("b");
        PeerNode[] both = [driver, other];
        foreach (var node in both)
        {
            await node.StartAsync();
            await node.PutAsync("db", null);
        }

        await driver.PutAsync("_replicator/pull", $$"""{"source":"{{other.Url}}","target":"{{driver.Url}}","continuous":true}""");
        await driver.PutAsync("_replicator/push", $$"""{"source":"{{driver.Url}}","target":"{{other.Url}}","continuous":true}""");
        for (var seed = first; seed < first + Soak.Number("CLOUDWALL_CRASH_ROUNDS", 4); seed++)
        {
            var random = new Random(seed);
            var victim = both[seed % 2];
            var isPutBack = seed % 4 >= 2;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CLOUDWALL_CRASH_SEED={seed}: {(seed % 2 == 0 ? "driver" : "other")} {(isPutBack ? "put back" : "killed")}"));
            if (isPutBack)
            {
                await victim.KillAsync();
                await victim.KeepAsync();
                await victim.StartAsync();
            }

            foreach (var node in both)
            {
                await node.WriteAsync(random, random.Next(30));
            }

            // Half of the time all that was written before is on both when it happens, else the replications are in the middle of it.
            if (random.Next(2) == 0)
            {
                await ConvergeAsync(driver, other);
                await victim.WriteAsync(random, random.Next(5));
            }

            await victim.KillAsync();
            if (isPutBack)
            {
                await victim.RestoreAsync();
            }

            await victim.StartAsync();
            await victim.WriteAsync(random, random.Next(10));
        }

        await ConvergeAsync(driver, other);
        foreach (var node in both)
        {
            Assert.Equal("{}", await node.MissingAsync(both.SelectMany(static each => each.Acknowledged)));
        }
    }

    private static async Task ConvergeAsync(PeerNode one, PeerNode other)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var (first, second) = (await one.LeavesAsync(), await other.LeavesAsync());
            if (first.SetEquals(second))
            {
                return;
            }

            Assert.False(
                patience.IsCancellationRequested,
                $"Leaves differ: {string.Join(", ", first.Except(second).Take(5))} / {string.Join(", ", second.Except(first).Take(5))}\n{await one.ReadAsync("_scheduler/docs")}\n{await one.ReadAsync("_scheduler/jobs")}");
            await Task.Delay(50);
        }
    }
}
