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
    private volatile Action? _ended;
    private int _waiting;

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

    /// <summary>Review, differences: a continuous request of which both databases were deleted was tried again for ever.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task A_continuous_request_ends_with_a_failure_that_does_not_pass_by_itself(bool isTransient, bool goesOn)
    {
        await using var scheduler = Scheduler(new SchedulerSettings());
        var job = scheduler.Add(Request(1), null, null);
        await UntilAsync(() => Volatile.Read(ref _waiting) == 1);
        _failure = new PeerException(new DocumentError(500, "db_not_found", "gone"), isTransient);
        var second = scheduler.Add(Request(2), null, null);

        await UntilAsync(() => second.State is JobState.Crashing or JobState.Failed);

        await UntilAsync(() => scheduler.Find(second.Id) is not null == goesOn);
        Assert.Same(job, scheduler.Find(job.Id));
    }

    /// <summary>Review, house A8: an idle node sleeps.</summary>
    [Fact]
    public async Task While_nobody_waits_for_a_place_nothing_wakes_the_node()
    {
        await using var scheduler = Scheduler(new SchedulerSettings { MaxJobs = 1 });
        var first = scheduler.Add(Request(1), null, null);
        await UntilAsync(() => first.State == JobState.Running);
        Assert.DoesNotContain(TimeSpan.FromSeconds(60), _time.Waits);

        scheduler.Add(Request(2), null, null);

        await UntilAsync(() => _time.Waits.Contains(TimeSpan.FromSeconds(60)));
    }

    /// <summary>Review, house A8: what goes on within the call that ends a job may ask the scheduler.</summary>
    [Fact]
    public async Task Jobs_end_without_a_lock_being_held()
    {
        var scheduler = Scheduler(new SchedulerSettings());
        var jobs = Enumerable.Range(0, 20).Select(i => scheduler.Add(Request(i), null, null)).ToList();
        await UntilAsync(() => Volatile.Read(ref _waiting) == jobs.Count);
        var asked = 0;
        _ended = () =>
        {
            // On another thread: a lock that is held by the one that cancels would keep it waiting for ever.
            asked += Task.Run(() => scheduler.Jobs.Count).WaitAsync(Patience).GetAwaiter().GetResult() > 0 ? 1 : 0;
        };

        Assert.True(await scheduler.RemoveAsync(jobs[0].Id));
        await scheduler.DisposeAsync();

        Assert.Equal(jobs.Count, asked);
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
                (_, _) => new IdlePeer(() => _failure) { Waits = () => Interlocked.Increment(ref _waiting), Ended = () => _ended?.Invoke() },
                _time,
                () => Interlocked.Increment(ref ids).ToString("x32", CultureInfo.InvariantCulture),
                static _ => { })
            {
                CheckpointKey = MemoryNode.Key,
                Fraction = Random.Shared.NextDouble,
            },
            settings);
    }
}
