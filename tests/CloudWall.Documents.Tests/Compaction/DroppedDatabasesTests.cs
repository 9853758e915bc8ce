using CloudWall.Documents.Compaction;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;
using CloudWall.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Documents.Tests.Compaction;

/// <summary>The space of deleted databases is returned, also where the disk fails for a moment.</summary>
public sealed class DroppedDatabasesTests
{
    [Fact]
    public Task What_a_failing_disk_left_is_tried_again_a_minute_later() => TryAgainAsync(new FakeTimeProvider());

    /// <summary>A run of the tests hung: the clock told the timer before whoever set it knew of it, and nobody set it again.</summary>
    [Fact]
    public Task It_is_tried_again_though_the_minute_is_over_while_the_timer_is_set() => TryAgainAsync(new HastyTime());

    private static async Task TryAgainAsync(FakeTimeProvider time)
    {
        using var store = new MemoryStore();
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new EngineOptions { Compaction = new CompactionOptions { Failed = (_, _) => failed.TrySetResult() } };
        await using var catalogue = DatabaseCatalogue.Open(store, options, time);
        await catalogue.CreateAsync("db", new DatabaseOptions(), CancellationToken.None);
        var database = catalogue.Find("db")!;
        for (var n = 0; n < 3; n++)
        {
            using var write = Engine.Prepare($"{n}", default, $"{{\"x\":\"{Convert.ToHexString(Engine.Bytes(300_000, n))}\"}}");
            await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
        }

        await catalogue.DeleteAsync("db", CancellationToken.None);
        store.FailCommits = static _ => true;
        time.Advance(TimeSpan.FromSeconds(5));
        await failed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(IsWaiting(store));

        store.FailCommits = null;
        for (var minutes = 0; IsWaiting(store); minutes++)
        {
            // The timer is set behind the failure that is told.
            Assert.True(minutes < 10_000_000, "Nobody has tried again.");
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
    }

    private static bool IsWaiting(MemoryStore store)
    {
        using var rows = store.Scan(Keyspace.Meta, Keys.DroppedStart, Keys.DroppedEnd);
        return rows.MoveNext();
    }

    /// <summary>A clock that lets a minute pass as soon as a timer is set to it for the first time.</summary>
    private sealed class HastyTime : FakeTimeProvider
    {
        private bool _isOver;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new HastyTimer(this, base.CreateTimer(callback, state, dueTime, period));
            Hasten(dueTime);
            return timer;
        }

        private void Hasten(TimeSpan dueTime)
        {
            if (dueTime == TimeSpan.FromMinutes(1) && !_isOver)
            {
                _isOver = true;
                Advance(dueTime);
            }
        }

        private sealed class HastyTimer(HastyTime time, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                var changed = timer.Change(dueTime, period);
                time.Hasten(dueTime);
                return changed;
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
