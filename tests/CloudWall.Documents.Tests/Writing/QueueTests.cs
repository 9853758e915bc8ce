using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Writing;

/// <summary>What waits for the disk is bounded, and the bound is left behind without help.</summary>
public sealed class QueueTests
{
    private static readonly string Body = "{\"text\":\"" + new string('x', 2000) + "\"}";

    [Fact]
    public async Task Writes_wait_for_room_are_refused_when_too_many_do_and_nothing_accepted_is_lost()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(
            new EngineOptions { Scheduler = scheduler, MaxQueuedBytes = 20_000, MaxWaitingWrites = 3 });
        var writes = new List<Task<bool>>();
        for (var i = 0; i < 20; i++)
        {
            writes.Add(TryPutAsync(engine, "doc" + i));
        }

        var refused = writes.Count(write => write.IsCompleted);
        Assert.InRange(refused, 1, 16);
        Assert.All(writes.TakeLast(refused), write => Assert.True(write.IsCompleted));
        await RunAsync(scheduler, Task.WhenAll(writes));
        Assert.Equal(20 - refused, writes.Count(write => write.Result));
        Assert.Equal(20 - refused, engine.Database.DocumentCount);

        var again = TryPutAsync(engine, "another");
        await RunAsync(scheduler, again);
        Assert.True(await again);
        engine.LosePower();
        engine.Check();
        Assert.Equal(21 - refused, engine.Database.DocumentCount);
    }

    [Fact]
    public async Task A_write_that_nobody_waits_for_any_more_leaves_the_queue()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler, MaxQueuedBytes = 1000 });
        var first = TryPutAsync(engine, "first");
        using var patience = new CancellationTokenSource();
        using var write = Engine.Prepare("second", default, Body, false, await engine.AttachAsync("large", Engine.Bytes(300_000)));
        var second = engine.Database.WriteAsync([write], WriteMode.Interactive, patience.Token);
        var third = TryPutAsync(engine, "third");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        write.Dispose();
        await RunAsync(scheduler, Task.WhenAll(first, third));
        Assert.Null(engine.Database.Find("second"));
        Assert.NotNull(engine.Database.Find("third"));
        engine.Check();
    }

    private static async Task<bool> TryPutAsync(Engine engine, string id)
    {
        using var write = Engine.Prepare(id, default, Body);
        try
        {
            var outcomes = await engine.Database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
            return outcomes[0].IsSuccess;
        }
        catch (DocumentException refusal)
        {
            Assert.Equal(DatabaseErrors.TooManyWrites, refusal.Error);
            return false;
        }
    }

    /// <summary>Runs the writer until something is done: those who wait for room come in on threads of their own.</summary>
    private static async Task RunAsync(ManualScheduler scheduler, Task done)
    {
        while (!done.IsCompleted)
        {
            scheduler.Run();
            await Task.Yield();
        }

        await done;
    }
}
