using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Writing;
using CloudWall.Storage;

namespace CloudWall.Documents.Tests.Writing;

/// <summary>What waits is written together, and each is answered for itself.</summary>
public sealed class GroupCommitTests
{
    [Fact]
    public async Task Writes_that_wait_share_one_commit()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var commits = 0;
        engine.Store.FailCommits = _ =>
        {
            commits++;
            return false;
        };
        var writes = Enumerable.Range(0, 100).Select(i => engine.PutAsync("doc" + (i % 90))).ToList();
        Assert.All(writes, write => Assert.False(write.IsCompleted));
        Assert.Null(engine.Database.Find("doc0"));
        scheduler.Run();
        Assert.Equal(1, commits);
        var outcomes = await Task.WhenAll(writes.Select(write => write.ContinueWith(done => done.IsCompletedSuccessfully, TaskScheduler.Default)));
        Assert.Equal(90, outcomes.Count(succeeded => succeeded));
        Assert.Equal(90, engine.Database.UpdateSequence);
        engine.LosePower();
        engine.Check();
        Assert.Equal(90, engine.Database.ReadInfo().DocumentCount);
    }

    [Fact]
    public async Task Writers_on_many_threads_lose_nothing_and_each_edit_wins_once()
    {
        await using var engine = await Engine.CreateAsync();
        var revision = await engine.PutAsync("contended");
        var wins = 0;
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var own = default(RevisionId);
            for (var i = 0; i < 50; i++)
            {
                own = await engine.PutAsync("own" + writer, own, $"{{\"v\":{i}}}");
                using var edit = Engine.Prepare("contended", engine.Database.Find("contended")!.Winner.Revision, $"{{\"v\":\"{writer} {i}\"}}");
                var outcomes = await engine.Database.WriteAsync([edit], WriteMode.Interactive, CancellationToken.None);
                Interlocked.Add(ref wins, outcomes[0].IsSuccess ? 1 : 0);
            }

            return own;
        })));
        Assert.All(written, own => Assert.Equal(50, own.Generation));
        Assert.Equal(wins + 1, engine.Database.Find("contended")!.Winner.Revision.Generation);
        Assert.Equal(400 + wins + 1, engine.Database.UpdateSequence);
        engine.LosePower();
        Assert.All(Enumerable.Range(0, 8), writer => Assert.Equal([written[writer].ToString()], engine.Leaves("own" + writer)));
        engine.Check();
        Assert.Equal(1, revision.Generation);
    }

    [Fact]
    public async Task A_command_that_breaks_down_takes_nobody_along()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var core = Core(engine, scheduler);
        var writer = new DatabaseWriter(core);
        var before = new[] { Add(writer, 1), Add(writer, 2) };
        var broken = new SettingsCommand(session =>
        {
            session.State.UpdateSequence = 1_000_000;
            throw new InvalidDataException("a damaged document");
        });
        writer.Enqueue(broken);
        var refused = new SettingsCommand(_ => throw new DocumentException(DocumentError.Missing));
        writer.Enqueue(refused);
        var after = new[] { Add(writer, 4), Add(writer, 8) };
        scheduler.Run();
        await Assert.ThrowsAsync<InvalidDataException>(() => broken.Task);
        await Assert.ThrowsAsync<DocumentException>(() => refused.Task);
        await Task.WhenAll([.. before, .. after]);
        Assert.Equal(15, core.State.UpdateSequence);
    }

    [Fact]
    public async Task A_batch_that_cannot_be_begun_answers_those_who_wait()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var core = Core(engine, scheduler);
        var writer = new DatabaseWriter(core);
        var waiting = new[] { Add(writer, 1), Add(writer, 2) };
        engine.Store.Dispose();
        scheduler.Run();
        foreach (var command in waiting)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => command);
        }

        await writer.CloseAsync(new InvalidOperationException());
        engine.LosePower();
        engine.Check();
    }

    [Fact]
    public async Task A_close_waits_for_what_was_taken_and_refuses_what_comes_later()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var core = Core(engine, scheduler);
        var writer = new DatabaseWriter(core);
        var taken = Add(writer, 1);
        var closing = writer.CloseAsync(new DocumentException(DatabaseErrors.Stopping));
        var late = Add(writer, 2);
        await Assert.ThrowsAsync<DocumentException>(() => late);
        Assert.False(closing.IsCompleted || taken.IsCompleted);
        scheduler.Run();
        await closing;
        Assert.True(taken.IsCompletedSuccessfully);
        Assert.True(writer.CloseAsync(new InvalidOperationException()).IsCompleted);
        Assert.Equal(1, core.State.UpdateSequence);
    }

    [Fact]
    public async Task Enqueuing_and_closing_at_once_always_comes_to_an_end()
    {
        await using var engine = await Engine.CreateAsync();
        for (var round = 0; round < 300; round++)
        {
            var writer = new DatabaseWriter(Core(engine, TaskScheduler.Default));
            using var start = new Barrier(2);
            var adding = Task.Run(async () =>
            {
                start.SignalAndWait();
                try
                {
                    await Add(writer, 1);
                }
                catch (DocumentException)
                {
                    return;
                }
            }, TestContext.Current.CancellationToken);
            var closing = Task.Run(async () =>
            {
                start.SignalAndWait();
                await writer.CloseAsync(new DocumentException(DatabaseErrors.Stopping));
            }, TestContext.Current.CancellationToken);
            await Task.WhenAll(adding, closing).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Nobody_of_a_group_is_told_before_the_disk_has_it()
    {
        var scheduler = new ManualScheduler();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = scheduler });
        var writes = Enumerable.Range(0, 5).Select(i => engine.PutAsync("doc" + i)).ToList();
        engine.Store.FailCommits = _ =>
        {
            Assert.All(writes, write => Assert.False(write.IsCompleted));
            return true;
        };
        scheduler.Run();
        foreach (var write in writes)
        {
            await Assert.ThrowsAsync<StorageException>(() => write);
        }

        engine.Store.FailCommits = null;
        Assert.Equal(0, engine.Database.UpdateSequence);
        engine.Check();
    }

    private static DatabaseCore Core(Engine engine, TaskScheduler scheduler) => new(
        "db",
        new CatalogueRecord(1, new string('0', 32), false, 1, 0),
        new EngineContext(engine.Store, new EngineOptions { Scheduler = scheduler }, TimeProvider.System, engine.Catalogue.Updates));

    private static Task<bool> Add(DatabaseWriter writer, long number)
    {
        var command = new SettingsCommand(session => session.State.UpdateSequence += number);
        writer.Enqueue(command);
        return command.Task;
    }
}
