using CloudWall.Documents.Databases;
using CloudWall.Storage;
using CsCheck;

namespace CloudWall.Documents.Tests.Databases;

/// <summary>What was acknowledged is there and agrees with itself, whenever the power or the disk fails.</summary>
public sealed class PowerFailureTests
{
    private static readonly Gen<(int, int, int)[]> Steps = Gen.Select(Gen.Int[0, 15], Gen.Int[0, 100_000], Gen.Int[0, 99]).Array[1, 40];

    [Fact]
    public Task Every_acknowledged_write_survives_power_failures() => RunAsync(isDiskFailing: false);

    [Fact]
    public Task Every_acknowledged_write_survives_a_failing_disk() => RunAsync(isDiskFailing: true);

    [Fact]
    public async Task Readers_see_nothing_of_a_write_that_failed_and_the_next_one_succeeds()
    {
        await using var engine = await Engine.CreateAsync();
        var first = await engine.PutAsync("doc");
        var waiting = engine.Database.WaitForChangeAsync(1, CancellationToken.None);
        engine.Store.FailCommits = sync => sync;
        var attachment = await engine.AttachAsync("file", Engine.Bytes(300_000));
        await Assert.ThrowsAsync<StorageException>(() => engine.PutAsync("doc", first, attachments: attachment));
        await Assert.ThrowsAsync<StorageException>(() => engine.PutAsync("new"));
        await Assert.ThrowsAsync<StorageException>(() => engine.Database.SetRevsLimitAsync(5, CancellationToken.None));
        await Assert.ThrowsAsync<StorageException>(() => engine.Database.WriteLocalAsync("_local/x", 0, "{}"u8.ToArray(), CancellationToken.None));
        Assert.Equal([first.ToString()], engine.Leaves("doc"));
        Assert.Null(engine.Database.Find("new"));
        Assert.Equal([(1L, "doc")], engine.Changes());
        Assert.Equal((1, 1000, 0), (engine.Database.UpdateSequence, engine.Database.RevsLimit, engine.Database.LocalCount));
        Assert.False(waiting.IsCompleted);
        engine.Check();
        engine.Store.FailCommits = null;
        var second = await engine.PutAsync("doc", first);
        await waiting;
        Assert.Equal([(2L, "doc")], engine.Changes());
        engine.LosePower();
        Assert.Equal([second.ToString()], engine.Leaves("doc"));
        engine.Check();
    }

    private static Task RunAsync(bool isDiskFailing) => Steps.SampleAsync(
        async steps =>
        {
            var scheduler = new ManualScheduler();
            var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
            await new CrashWorkload(engine, scheduler) { IsDiskFailing = isDiskFailing }.DoAsync(steps);
        },
        iter: 150,
        threads: 2);
}
