using System.Collections;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Writing;

/// <summary>
/// Review, attack 15 and F12: writes of many revisions of one document, in nodes of its tree and leaves that the writer looks at. Ten
/// times as many may cost as much more as n log n does, and no more.
/// </summary>
public sealed class ManyRevisionsTests
{
    [Fact]
    public Task Conflicts_in_one_write_grow_no_faster_than_n_log_n() => RequireLittleGrowthAsync(
        20_000,
        async (engine, n) =>
        {
            await engine.WriteAsync(WriteMode.Replicated, Conflicts(n));
            Assert.Equal(n, engine.Database.Find("doc")!.Tree.LeafCount);
        });

    [Fact]
    public Task Conflicts_that_come_into_many_in_one_write_grow_no_faster_than_n_log_n() => RequireLittleGrowthAsync(
        20_000,
        async (engine, n) =>
        {
            await engine.WriteAsync(WriteMode.Replicated, Conflicts(n / 2));
            await engine.WriteAsync(WriteMode.Replicated, Conflicts(n));
            Assert.Equal(n, engine.Database.Find("doc")!.Tree.LeafCount);
        });

    [Fact]
    public Task Conflicts_that_are_looked_at_first_grow_no_faster_than_n_log_n() => RequireLittleGrowthAsync(
        20_000,
        async (engine, n) =>
        {
            // Design documents are looked at as all are where there are functions to ask.
            await engine.WriteAsync(WriteMode.Replicated, Conflicts(n / 2, "_design/d"));
            await engine.WriteAsync(WriteMode.Replicated, Conflicts(n, "_design/d"));
            Assert.Equal(n, engine.Database.Find("_design/d")!.Tree.LeafCount);
        });

    [Fact]
    public Task Deletions_of_all_leaves_in_one_write_grow_no_faster_than_n_log_n() => RequireLittleGrowthAsync(
        5_000,
        async (engine, n) =>
        {
            await engine.WriteAsync(WriteMode.Replicated, Conflicts(n));
            var leaves = engine.Database.Find("doc")!.Tree.Leaves;
            var outcomes = await engine.WriteAsync(
                WriteMode.Interactive, [.. leaves.Select(leaf => Engine.Prepare("doc", leaf.Revision, deleted: true))]);
            Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
            Assert.True(engine.Database.Find("doc")!.Deleted);
        });

    [Fact]
    public async Task What_many_revisions_leave_agrees_with_itself()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.WriteAsync(WriteMode.Replicated, Conflicts(300));
        engine.Check();
        await engine.WriteAsync(WriteMode.Replicated, [.. Conflicts(400), .. Conflicts(10, "other")]);
        engine.Check();
        var leaves = engine.Database.Find("doc")!.Tree.Leaves;
        await engine.WriteAsync(
            WriteMode.Interactive, [.. leaves.Take(250).Select(leaf => Engine.Prepare("doc", leaf.Revision, deleted: true))]);
        engine.Check();
        Assert.Equal([(3L, "other"), (4L, "doc")], engine.Changes());
        var purged = leaves.Skip(300).Select(leaf => leaf.Revision);
        await engine.Database.PurgeAsync([new PurgeRequest("doc", [.. purged])], CancellationToken.None);
        engine.Check();
        await engine.Database.CompactAsync(CancellationToken.None);
        engine.Check();
    }

    /// <summary>Made-up histories can have one revision below several parents, as leaves too.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public async Task Leaves_that_are_there_several_times_are_counted_once_each(int times)
    {
        await using var engine = await Engine.CreateAsync();
        var doubled = Enumerable.Range(0, times)
            .Select(i => Engine.PrepareMerge("doc", ["3-cc", $"2-{i:x4}", "1-aa"], "{\"v\":1}"))
            .ToArray();
        await engine.WriteAsync(WriteMode.Replicated, doubled[..(times / 2)]);
        engine.Check();
        await engine.WriteAsync(WriteMode.Replicated, doubled[(times / 2)..]);
        engine.Check();
        await engine.MergeAsync("doc", ["2-dd", "1-aa"]);
        engine.Check();
        await engine.PutAsync("doc", Engine.Rev("3-cc"), deleted: true);
        engine.Check();
    }

    [Fact]
    public async Task A_body_that_a_later_revision_of_the_same_write_pushes_out_is_not_stored()
    {
        await using var engine = await Engine.CreateAsync();
        await engine.Database.SetRevsLimitAsync(1, CancellationToken.None);
        await engine.WriteAsync(
            WriteMode.Replicated,
            Engine.PrepareMerge("doc", ["1-aa"], "{}", false, await engine.AttachAsync("file", [1])),
            Engine.PrepareMerge("doc", ["2-bb", "1-aa"], "{}", false, await engine.AttachAsync("file", [2])));
        Assert.Null(engine.Database.Read("doc", Engine.Rev("1-aa")));
        Assert.Equal(["2-bb"], engine.PathOf("doc", Engine.Rev("2-bb")));
        engine.Check();
    }

    /// <summary>Each database has a writer of its own, and readers wait for none.</summary>
    [Fact]
    public async Task While_one_database_is_busy_others_write_and_all_are_read()
    {
        await using var engine = await Engine.CreateAsync(new EngineOptions { Scheduler = new OwnThreads() });
        await engine.Catalogue.CreateAsync("other", new DatabaseOptions(), CancellationToken.None);
        await engine.PutAsync("before");
        using var busy = new BusyWrites(Conflicts(100));
        var writing = engine.Database.WriteAsync(busy, WriteMode.Replicated, CancellationToken.None);
        await busy.Entered;
        for (var i = 0; i < 10; i++)
        {
            using var write = Engine.Prepare("doc" + i, default);
            var outcomes = await engine.Catalogue.Find("other")!.WriteAsync([write], WriteMode.Interactive, CancellationToken.None);
            Assert.Null(outcomes[0].Error);
        }

        Assert.NotNull(engine.Database.Find("before"));
        Assert.Equal([(1L, "before")], engine.Changes());
        Assert.False(writing.IsCompleted);
        busy.GoOn();
        await writing;
        Assert.Equal(100, engine.Database.Find("doc")!.Tree.LeafCount);
    }

    private static DocumentWrite[] Conflicts(int n, string id = "doc") =>
    [
        .. Enumerable.Range(0, n)
            .Select(i => Engine.PrepareMerge(id, [$"2-{unchecked((uint)i * 0x9E3779B9):x8}", "1-aa"], $"{{\"v\":{i}}}"))
    ];

    private static async Task RequireLittleGrowthAsync(int many, Func<Engine, int, Task> write)
    {
        var before = await StepsAsync(many / 10);
        var after = await StepsAsync(many);
        var allowed = 10 * Math.Log2(many) / Math.Log2(many / 10);
        Assert.True(
            after <= before * allowed,
            $"{before} steps for {many / 10}, {after} for {many}: {(double)after / before:0.0} times as many");

        async Task<long> StepsAsync(int n)
        {
            await using var engine = await Engine.CreateAsync();
            await write(engine, n);
            Assert.InRange(engine.Database.WriteSteps, n, long.MaxValue);
            return engine.Database.WriteSteps;
        }
    }

    /// <summary>Runs each task on a thread of its own, so that the writer is told from whoever writes.</summary>
    private sealed class OwnThreads : TaskScheduler
    {
        protected override void QueueTask(Task task) => new Thread(() => TryExecuteTask(task)) { IsBackground = true }.Start();

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }

    /// <summary>Writes that keep the writer busy until they are told to let it go on.</summary>
    private sealed class BusyWrites(DocumentWrite[] writes) : IReadOnlyList<DocumentWrite>, IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _mayGoOn = new();
        private readonly int _caller = Environment.CurrentManagedThreadId;

        public Task Entered => _entered.Task;

        public int Count => writes.Length;

        public DocumentWrite this[int index]
        {
            get
            {
                if (Environment.CurrentManagedThreadId != _caller)
                {
                    _entered.TrySetResult();
                    _mayGoOn.Wait();
                }

                return writes[index];
            }
        }

        public void GoOn() => _mayGoOn.Set();

        public IEnumerator<DocumentWrite> GetEnumerator() => ((IEnumerable<DocumentWrite>)writes).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public void Dispose() => _mayGoOn.Dispose();
    }
}
