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
    public async Task What_a_failing_disk_left_is_tried_again_a_minute_later()
    {
        using var store = new MemoryStore();
        var time = new FakeTimeProvider();
        var failed = new TaskCompletionSource();
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
        while (IsWaiting(store))
        {
            // The timer is set behind the failure that is told.
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
    }

    private static bool IsWaiting(MemoryStore store)
    {
        using var rows = store.Scan(Keyspace.Meta, Keys.DroppedStart, Keys.DroppedEnd);
        return rows.MoveNext();
    }
}
