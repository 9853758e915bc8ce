using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Jobs;

/// <summary>A source whose feed stands still is not asked without a pause.</summary>
public sealed class StandstillTests
{
    private readonly RecordedTime _time = new();
    private int _asked;
    private volatile bool _isWell;

    /// <summary>Each run copies something before it fails again: that is no progress.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_job_waits_longer_and_longer_while_its_source_sends_the_same_changes_over_and_over(bool usesCheckpoints, bool isEnd)
    {
        await using var node = new MemoryNode(_time);
        var source = await node.CreateAsync("source");
        await MemoryNode.WriteAsync(source, """{"_id":"a"}""");
        await node.CreateAsync("target");
        PeerChange[] rows = [new("1", "a", [source.Find("a")!.Tree.Winner.Revision])];
        var context = node.Context((endpoint, _) => endpoint.Name != "source" ? node.Peer(endpoint.Name!) : new Interposed(node.Peer("source"))
        {
            ReadChanges = (since, wait, cancellation) => _isWell
                ? NothingAsync(since, wait, cancellation)
                : Task.FromResult(new PeerChanges(rows, "1", isEnd ? 0 : null, isEnd)),
        });
        await using var scheduler = new JobScheduler(context, new SchedulerSettings { FirstBackoff = TimeSpan.FromSeconds(1) });
        var options = new ReplicationOptions { Continuous = true, UseCheckpoints = usesCheckpoints };
        var job = scheduler.Add(MemoryNode.Request("source", "target", options), null, null);

        await Eventually.HoldsAsync(() => job.Failures == 4, () => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal("source_stands_still", job.Error?.Error);

        _isWell = true;
        await Eventually.HoldsAsync(
            () => job is { State: JobState.Running, Failures: 0, Error: null }, () => _time.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_one_shot_ends_with_the_reason()
    {
        await using var node = new MemoryNode();
        await node.CreateAsync("source");
        await node.CreateAsync("target");
        var context = node.Context((endpoint, _) => endpoint.Name != "source" ? node.Peer(endpoint.Name!) : new Interposed(node.Peer("source"))
        {
            ReadChanges = (_, _, _) => Task.FromResult(new PeerChanges([new PeerChange("1", "a", [])], "1", null, IsEnd: false)),
        });

        var failure = await Assert.ThrowsAsync<PeerException>(
            () => new ReplicationRun(MemoryNode.Request("source", "target"), context, new RunProgress()).RunAsync(CancellationToken.None));

        Assert.Equal((500, "source_stands_still", true), (failure.Error.Status, failure.Error.Error, failure.IsTransient));
    }

    [Fact]
    public async Task A_source_that_does_not_wait_for_changes_is_asked_once_a_second()
    {
        var second = TimeSpan.FromSeconds(1);
        await using var node = new MemoryNode(_time);
        await node.CreateAsync("source");
        await node.CreateAsync("target");
        var context = node.Context((endpoint, _) => endpoint.Name != "source" ? node.Peer(endpoint.Name!) : new Interposed(node.Peer("source"))
        {
            ReadChanges = (since, _, _) =>
            {
                Interlocked.Increment(ref _asked);
                return Task.FromResult(new PeerChanges([], since, 0, IsEnd: true));
            },
        });
        using var stopping = new CancellationTokenSource();
        var options = new ReplicationOptions { Continuous = true };
        var run = new ReplicationRun(MemoryNode.Request("source", "target", options), context, new RunProgress()).RunAsync(stopping.Token);

        for (var seconds = 1; seconds <= 3; seconds++)
        {
            // The first answer is of all there is; only those after it are waited for.
            await Eventually.HoldsAsync(() => _time.Waits.Count(wait => wait == second) == seconds);
            Assert.Equal(seconds + 1, Volatile.Read(ref _asked));
            _time.Advance(second);
        }

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static async Task<PeerChanges> NothingAsync(string since, bool wait, CancellationToken cancellation)
    {
        if (wait)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return new PeerChanges([], since, 0, IsEnd: true);
    }
}
