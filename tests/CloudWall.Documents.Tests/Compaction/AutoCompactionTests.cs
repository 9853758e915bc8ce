using CloudWall.Documents.Compaction;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Documents.Tests.Compaction;

/// <summary>Databases are compacted by themselves when they need it, and left alone when they do not.</summary>
public sealed class AutoCompactionTests
{
    private static readonly CompactionChannel Small = new() { Name = "small", MinSize = 1000 };

    [Fact]
    public async Task A_database_that_is_mostly_old_revisions_is_compacted_after_a_while()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        using var store = new MemoryStore();
        await using var catalogue = Open(store, time, Small);
        var database = await catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        var first = await EditAsync(database, 5);
        Assert.True(database.IsAvailable("doc", first));
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(database.IsCompacting);
        time.Advance(TimeSpan.FromSeconds(1));
        await WaitAsync(() => !database.IsAvailable("doc", first) && !database.IsCompacting);
        EngineCheck.Verify(store);
    }

    [Fact]
    public async Task What_was_written_before_the_start_is_found_after_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        using var store = new MemoryStore();
        RevisionId first;
        await using (var before = Open(store, time))
        {
            first = await EditAsync(await before.CreateAsync("db", new DatabaseOptions(), CancellationToken.None), 5);
        }

        await using var catalogue = Open(store, time, Small);
        time.Advance(TimeSpan.FromSeconds(30));
        await WaitAsync(() => !catalogue.Find("db")!.IsAvailable("doc", first));
    }

    [Fact]
    public async Task Outside_of_its_window_a_channel_waits()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        using var store = new MemoryStore();
        await using var catalogue = Open(store, time, Small with { Window = new CompactionWindow(new TimeOnly(20, 0), new TimeOnly(6, 0)), StrictWindow = true });
        var database = await catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        var first = await EditAsync(database, 5);
        time.Advance(TimeSpan.FromHours(7));
        Assert.True(database.IsAvailable("doc", first));

        // The look is done on another thread, and asks to be woken when the window opens.
        await WaitAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(10));
            return !database.IsAvailable("doc", first);
        });
        Assert.True(time.GetUtcNow() >= new DateTimeOffset(2026, 1, 1, 20, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Review, A8: compactions were started under the lock that every commit takes.</summary>
    [Fact]
    public async Task Commits_go_on_while_a_compaction_is_being_started()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        using var store = new MemoryStore();
        var scheduler = new HookedScheduler();
        await using var catalogue = DatabaseCatalogue.Open(
            store, new EngineOptions { Scheduler = scheduler, Compaction = new CompactionOptions { Channels = [Small] } }, time);
        var database = await catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        var other = await catalogue.CreateAsync("other", new DatabaseOptions(), CancellationToken.None);
        var first = await EditAsync(database, 5);
        var written = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

        // The look at the databases is queued first, then the compaction.
        var queued = 0;
        scheduler.BeforeQueueing = () =>
        {
            if (++queued == 2)
            {
                scheduler.BeforeQueueing = static () => { };
                written.SetResult(Task.Run(() => EditAsync(other, 5)).Wait(TimeSpan.FromSeconds(30)));
            }
        };
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(await written.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await WaitAsync(() => !database.IsAvailable("doc", first) && !database.IsCompacting);
    }

    [Fact]
    public async Task A_failure_is_told()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        using var store = new MemoryStore();
        var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new EngineOptions
        {
            Compaction = new CompactionOptions { Channels = [Small], Failed = (name, _) => told.TrySetResult(name) },
        };
        await using var catalogue = DatabaseCatalogue.Open(store, options, time);
        await EditAsync(await catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None), 5);
        store.FailCommits = _ => true;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("db", await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        store.FailCommits = null;
    }

    [Theory]
    [InlineData(CompactionPriority.Ratio, 2, 5_000_000, 2_500_000, false)]
    [InlineData(CompactionPriority.Ratio, 2, 5_000_001, 2_500_000, true)]
    [InlineData(CompactionPriority.Ratio, 2, 900_000, 1, false)]
    [InlineData(CompactionPriority.Ratio, 2, 5_000_000, 0, true)]
    [InlineData(CompactionPriority.Slack, 1000, 5_000_000, 4_999_000, false)]
    [InlineData(CompactionPriority.Slack, 1000, 5_000_000, 4_998_999, true)]
    public void A_channel_takes_what_exceeds_its_least_priority(CompactionPriority priority, double least, long file, long active, bool taken)
    {
        var channel = new CompactionChannel { Name = "x", Priority = priority, MinPriority = least };
        Assert.Equal(taken, channel.Rank(file, active, 0) is not null);
        Assert.Null((channel with { MinChanges = 1 }).Rank(file, active, 0));
        Assert.Null((channel with { MaxSize = file - 1 }).Rank(file, active, 0));
    }

    [Theory]
    [InlineData("20:00", "06:00", "19:00", 60)]
    [InlineData("20:00", "06:00", "05:59", 0)]
    [InlineData("20:00", "06:00", "06:00", 840)]
    [InlineData("01:00", "02:00", "01:00", 0)]
    [InlineData("01:00", "02:00", "02:00", 1380)]
    [InlineData("00:00", "00:00", "02:00", 0)]
    public void A_window_may_go_over_midnight(string from, string to, string now, int minutes)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        var window = new CompactionWindow(TimeOnly.Parse(from, culture), TimeOnly.Parse(to, culture));
        var time = new DateTimeOffset(new DateOnly(2026, 1, 1), TimeOnly.Parse(now, culture), TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromMinutes(minutes), window.UntilOpen(time));
    }

    private static DatabaseCatalogue Open(MemoryStore store, TimeProvider time, params CompactionChannel[] channels) =>
        DatabaseCatalogue.Open(store, new EngineOptions { Compaction = new CompactionOptions { Channels = channels } }, time);

    private static async Task<RevisionId> EditAsync(Database database, int times)
    {
        var revisions = new List<RevisionId> { default };
        for (var i = 0; i < times; i++)
        {
            using var write = Engine.Prepare("doc", revisions[^1], $"{{\"text\":\"{new string('x', 2000)}{i}\"}}");
            var outcomes = await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
            revisions.Add(outcomes[0].Revision);
        }

        return revisions[1];
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "it did not come");
            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>Runs tasks on the pool, and tells before each is queued.</summary>
    private sealed class HookedScheduler : TaskScheduler
    {
        public Action BeforeQueueing { get; set; } = static () => { };

        protected override void QueueTask(Task task)
        {
            BeforeQueueing();
            ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}
