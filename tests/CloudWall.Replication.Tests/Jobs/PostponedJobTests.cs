using System.Globalization;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Tests.Runs;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Replication.Tests.Jobs;

public sealed class PostponedJobTests
{
    /// <summary>Each run copies something before it fails again: that is no progress.</summary>
    [Fact]
    public async Task A_job_with_too_many_postponed_revisions_waits_longer_and_longer_and_goes_on_once_the_source_is_well()
    {
        var time = new FakeTimeProvider();
        await using var node = new MemoryNode(time);
        var target = await node.CreateAsync("target");
        using var source = new DamagedSource();
        for (var i = 0; i <= PostponedList.MaxCount; i++)
        {
            var id = i.ToString(CultureInfo.InvariantCulture);
            source.Damaged[id] = Damage.Digest;
            source.Write(id);
        }

        var context = node.Context((endpoint, _) => endpoint.Name == "source" ? source.Open() : node.Peer(endpoint.Name!));
        await using var scheduler = new JobScheduler(context, new SchedulerSettings { FirstBackoff = TimeSpan.FromSeconds(1) });
        var options = new ReplicationOptions { Continuous = true, BatchSize = 100, Workers = 1, Retries = 1 };
        var job = scheduler.Add(MemoryNode.Request("source", "target", options), null, null);

        await Eventually.HoldsAsync(() => job.Failures == 4, () => time.Advance(TimeSpan.FromSeconds(1)));
        Assert.Equal("too_many_postponed", job.Error?.Error);

        source.Damaged.Clear();
        await Eventually.HoldsAsync(
            () => target.DocumentCount == PostponedList.MaxCount + 1, () => time.Advance(TimeSpan.FromSeconds(5)));
        await Eventually.HoldsAsync(() => job is { State: JobState.Running, Failures: 0 });
    }
}
