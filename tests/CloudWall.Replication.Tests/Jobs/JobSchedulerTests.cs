using System.Globalization;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Jobs;

public sealed class JobSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly RecordedTime _time = new();
    private volatile PeerException? _failure;

    [Fact]
    public async Task Each_job_gets_its_turn_where_there_are_more_than_places()
    {
        var interval = TimeSpan.FromSeconds(60);
        await using var scheduler = Scheduler(new SchedulerSettings { MaxJobs = 2, MaxChurn = 1, Interval = interval });
        var jobs = Enumerable.Range(0, 5).Select(i => scheduler.Add(Request(i), null, null)).ToList();
        await UntilAsync(() => jobs.Count(static job => job.State == JobState.Running) == 2);
        Assert.Equal(3, jobs.Count(static job => job.State == JobState.Pending));

        var turns = 0;
        while (!jobs.TrueForAll(static job => Turns(job) > 0))
        {
            Assert.True(++turns <= 3, "three waited, and one at a time gets a place");
            var (before, waits) = (jobs.Sum(Turns), turns);
            await UntilAsync(() => scheduler.Waiting == 3 && _time.Waits.Count(wait => wait == interval) == waits);
            _time.Advance(interval);
            await UntilAsync(() => jobs.Sum(Turns) > before);
        }

        await UntilAsync(() => jobs.Count(static job => job.State == JobState.Running) == 2);
    }

    [Fact]
    public async Task A_continuous_job_waits_longer_with_each_failure_up_to_a_limit_and_not_so_after_life_was_shown()
    {
        var away = new PeerException(new DocumentError(500, "http_request_failed", "away"), isTransient: true);
        _failure = away;
        var rotation = TimeSpan.FromMinutes(1);
        await using var scheduler = Scheduler(
            new SchedulerSettings { FirstBackoff = TimeSpan.FromSeconds(1), MaxBackoff = TimeSpan.FromSeconds(5), Interval = rotation });
        var job = scheduler.Add(Request(1), null, null);
        IEnumerable<TimeSpan> Backoffs() => _time.Waits.Where(wait => wait != rotation);
        for (var failures = 1; failures <= 6; failures++)
        {
            await UntilAsync(() => Backoffs().Count() == failures);
            Assert.Equal(failures, job.Failures);
            Assert.Equal(JobState.Crashing, job.State);
            Assert.Equal("away", job.Error?.Reason);
            _failure = failures == 6 ? null : away;
            _time.Advance(Backoffs().Last());
        }

        Assert.Equal([1, 2, 4, 5, 5, 5], Backoffs().Take(6).Select(static wait => wait.TotalSeconds));
        await UntilAsync(() => job is { State: JobState.Running, Failures: 0, Error: null });
    }

    [Fact]
    public async Task A_one_shot_that_never_began_fails_with_its_reason()
    {
        _failure = new PeerException(new DocumentError(500, "http_request_failed", "away"), isTransient: true);
        await using var scheduler = Scheduler(new SchedulerSettings());
        var job = scheduler.Add(Request(1, isContinuous: false), null, null);

        var failure = await Assert.ThrowsAsync<PeerException>(() => job.Result);

        Assert.Equal("away", failure.Error.Reason);
        await UntilAsync(() => scheduler.Jobs.Count == 0);
    }

    [Fact]
    public async Task The_same_request_is_the_same_job_until_it_is_removed()
    {
        await using var scheduler = Scheduler(new SchedulerSettings());
        var job = scheduler.Add(Request(1), null, null);
        Assert.Same(job, scheduler.Add(Request(1), null, null));

        Assert.True(await scheduler.RemoveAsync(job.Id));

        Assert.False(await scheduler.RemoveAsync(job.Id));
        Assert.True(job.Result.IsCanceled);
        Assert.NotSame(job, scheduler.Add(Request(1), null, null));
    }

    private static int Turns(ReplicationJob job) => job.Events.Count(static happened => happened.Type == "started");

    private static ReplicationRequest Request(int number, bool isContinuous = true)
    {
        using var json = JsonDocument.Parse(string.Create(
            CultureInfo.InvariantCulture, $$"""{"source":"from{{number}}","target":"to","continuous":{{(isContinuous ? "true" : "false")}}}"""));
        return RequestParser.Parse(json.RootElement, new ReplicationOptions());
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    private JobScheduler Scheduler(SchedulerSettings settings)
    {
        var ids = 0;
        return new JobScheduler(
            new RunContext(
                "node",
                (_, _) => new IdlePeer(() => _failure),
                _time,
                () => Interlocked.Increment(ref ids).ToString("x32", CultureInfo.InvariantCulture),
                static _ => { }),
            settings);
    }
}
