using System.Globalization;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Runs;

/// <summary>Review, house A1: a one-shot replication that had copied everything sometimes never returned.</summary>
public sealed class EndlessRunTests
{
    private const int Abreast = 4;

    /// <summary>How many replications are run; a million in long runs.</summary>
    private static readonly int Runs =
        int.Parse(Environment.GetEnvironmentVariable("CLOUDWALL_REPLICATION_RUNS") ?? "20000", CultureInfo.InvariantCulture);

    /// <summary>The minutes after which no more are begun.</summary>
    private static readonly int Minutes =
        int.Parse(Environment.GetEnvironmentVariable("CLOUDWALL_REPLICATION_MINUTES") ?? "10", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Each_of_many_one_shots_ends()
    {
        await using var node = new MemoryNode();
        var source = await node.CreateAsync("source");
        await MemoryNode.WriteAsync(source, [.. Enumerable.Range(0, 8).Select(static i => $$"""{"_id":"{{i}}"}""")]);
        var context = node.Context();
        var options = new ReplicationOptions { BatchSize = 1, Workers = 4, UseCheckpoints = false };
        var started = TimeProvider.System.GetTimestamp();
        var begun = 0;
        var ended = 0;
        await Task.WhenAll(Enumerable.Range(0, Abreast).Select(lane => Task.Run(() => RunAsync("target" + lane))));
        TestContext.Current.TestOutputHelper?.WriteLine($"{ended} runs in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F0} s");
        Assert.Equal(Math.Min(begun, Runs), ended);

        async Task RunAsync(string target)
        {
            while (TimeProvider.System.GetElapsedTime(started).TotalMinutes < Minutes && Interlocked.Increment(ref begun) <= Runs)
            {
                await node.CreateAsync(target);
                var progress = new RunProgress();
                var run = new ReplicationRun(MemoryNode.Request("source", target, options), context, progress).RunAsync(CancellationToken.None);
                await run.WaitAsync(TimeSpan.FromMinutes(1));
                Assert.Equal(8, progress.Statistics.Written);
                Interlocked.Increment(ref ended);
                await node.Catalogue.DeleteAsync(target, CancellationToken.None);
            }
        }
    }
}
