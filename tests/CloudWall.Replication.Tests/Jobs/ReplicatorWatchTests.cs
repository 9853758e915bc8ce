using System.Collections.Concurrent;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Jobs;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Replication.Tests.Jobs;

public sealed class ReplicatorWatchTests : IAsyncDisposable
{
    private const string OneShot = """{"_id":"job","source":"from","target":"to"}""";
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryNode _node;
    private readonly JobScheduler _scheduler;
    private readonly ReplicatorDatabases _replicators;
    private volatile PeerException? _failure;
    private volatile bool _refusesStates;
    private bool _hasEnded;

    public ReplicatorWatchTests()
    {
        _node = new MemoryNode(_time, new EngineOptions { Rules = [new NoStates(() => _refusesStates)] });
        _scheduler = new JobScheduler(_node.Context((_, _) => new GatedPeer(_start.Task, () => _failure)), new SchedulerSettings());
        _replicators = new ReplicatorDatabases(_node.Catalogue, _scheduler, static () => new ReplicationOptions(), _time, _log.Enqueue);
        _replicators.Start();
    }

    [Fact]
    public async Task A_document_gets_to_know_that_its_replication_is_done()
    {
        var database = await BeginAsync();
        _start.SetResult();
        await Eventually.HoldsAsync(() => StateOf(database) == "completed");
        await Eventually.HoldsAsync(() => _replicators.Find("_replicator", "job") is null);
    }

    /// <summary>Review, house A6: a run that succeeded was recorded as failed, or nothing was recorded at all.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_disk_that_fails_for_a_while_keeps_no_document_from_its_right_state(int failures)
    {
        var database = await BeginAsync();
        FailCommits(failures);
        _start.SetResult();

        await Eventually.HoldsAsync(() => StateOf(database) is not null, () => _time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal("completed", StateOf(database));
        Assert.Equal(failures, _log.Count(static line => line.Contains("_replicator/job could not be written", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_reason_of_a_document_that_makes_no_sense_is_written_when_the_disk_works_again()
    {
        var database = await _node.CreateAsync("_replicator");
        await MemoryNode.WriteAsync(database, """{"_id":"other"}""");
        await Eventually.HoldsAsync(() => StateOf(database, "other") == "failed");
        await MemoryNode.WriteAsync(database, """{"_id":"job"}""");
        FailCommits(1);

        await Eventually.HoldsAsync(() => StateOf(database) is not null, () => _time.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal("failed", StateOf(database));
    }

    /// <summary>A validation function may refuse what the node writes. The replication began anew at once, for ever.</summary>
    [Fact]
    public async Task A_document_whose_state_is_refused_is_done_once_and_again_when_it_asks_for_something_else()
    {
        _refusesStates = true;
        var database = await BeginAsync();
        _start.SetResult();
        await Eventually.HoldsAsync(() => Refusals() == 1 && _replicators.Find("_replicator", "job") is null);

        // Documents are followed in their order: by the time that the later one is done the other would have begun again.
        await MemoryNode.WriteAsync(database, """{"_id":"later","source":"from","target":"elsewhere"}""");
        await Eventually.HoldsAsync(() => _log.Any(static line => line.Contains("_replicator/later was refused", StringComparison.Ordinal)));
        Assert.Equal(1, Refusals());

        await MemoryNode.WriteAsync(database, $$"""{"_id":"job","_rev":"{{RevisionOf(database)}}","source":"from","target":"other"}""");
        await Eventually.HoldsAsync(() => Refusals() == 2);

        int Refusals() => _log.Count(static line => line.Contains("_replicator/job was refused", StringComparison.Ordinal));
    }

    /// <summary>A change of the permissions has a sequence but no row; waiting for what comes after the last row never waited.</summary>
    [Fact]
    public async Task A_change_without_a_row_keeps_no_node_from_ending()
    {
        var database = await _node.CreateAsync("_replicator");
        await database.SetSecurityAsync("{}"u8.ToArray(), TestContext.Current.CancellationToken);
        await MemoryNode.WriteAsync(database, """{"_id":"other"}""");
        await Eventually.HoldsAsync(() => StateOf(database, "other") == "failed");
        await database.SetSecurityAsync("{}"u8.ToArray(), TestContext.Current.CancellationToken);

        await DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>Review, house A6: a node whose disk has failed could not be closed.</summary>
    [Fact]
    public async Task A_node_whose_disk_fails_can_be_ended()
    {
        await BeginAsync();
        FailCommits(int.MaxValue);
        _start.SetResult();
        await Eventually.HoldsAsync(() => !_log.IsEmpty);
        await DisposeAsync();
    }

    [Fact]
    public async Task A_state_that_cannot_be_written_is_forgotten_with_the_document()
    {
        var database = await BeginAsync();
        FailCommits(1);
        _start.SetResult();
        await Eventually.HoldsAsync(() => !_log.IsEmpty);
        await MemoryNode.WriteAsync(database, $$"""{"_id":"job","_rev":"{{RevisionOf(database)}}","_deleted":true}""");
        await Eventually.HoldsAsync(() => _replicators.Find("_replicator", "job") is null);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(database.Find("job")!.Deleted);
    }

    [Fact]
    public async Task A_document_that_is_written_anew_after_it_was_done_is_replicated_again()
    {
        var database = await BeginAsync();
        _start.SetResult();
        for (var round = 1; round < 50; round++)
        {
            await Eventually.HoldsAsync(() => StateOf(database) == "completed");
            await MemoryNode.WriteAsync(database, OneShot[..^1] + $",\"_rev\":\"{RevisionOf(database)}\"}}");
        }

        await Eventually.HoldsAsync(() => StateOf(database) == "completed");
    }

    [Fact]
    public async Task A_replication_that_its_document_keeps_goes_on_whatever_fails()
    {
        var database = await BeginAsync();
        _failure = new PeerException(new DocumentError(500, "db_not_found", "gone"), isTransient: false);
        _start.SetResult();
        var job = _replicators.Find("_replicator", "job")!;
        await Eventually.HoldsAsync(() => job.Failures > 3, () => _time.Advance(TimeSpan.FromSeconds(1)));
        _failure = null;
        await Eventually.HoldsAsync(() => StateOf(database) == "completed", () => _time.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_replication_that_a_node_cannot_do_yet_has_failed()
    {
        _failure = new PeerException(new DocumentError(400, "not_implemented", "no selectors"), isTransient: false);
        _start.SetResult();
        var database = await _node.CreateAsync("_replicator");
        await MemoryNode.WriteAsync(database, OneShot[..^1] + ",\"continuous\":true}");
        await Eventually.HoldsAsync(() => StateOf(database) == "failed");
        await Eventually.HoldsAsync(() => _replicators.Find("_replicator", "job") is null);
    }

    /// <summary>The rule refuses such documents now, but earlier versions stored them.</summary>
    [Fact]
    public async Task A_document_that_is_too_deep_rests_and_says_why()
    {
        _start.SetResult();
        var database = await _node.CreateAsync("_replicator");
        const int Depth = 60_000;
        var deep = new string('[', Depth) + new string(']', Depth);
        await MemoryNode.WriteAsync(database, $$"""{"_id":"deep","source":"from","target":"elsewhere","note":{{deep}}}""", OneShot);
        await Eventually.HoldsAsync(() => StateOf(database) == "completed");
        Assert.Null(_replicators.Find("_replicator", "deep"));
        Assert.Contains("too deep", _replicators.FindObstacle("_replicator", "deep"), StringComparison.Ordinal);
        Assert.Contains("too deep", Assert.Single(_log), StringComparison.Ordinal);
    }

    /// <summary>Review, differences F18: CouchDB keeps a document that cancels, and does nothing.</summary>
    [Fact]
    public async Task A_document_that_cancels_another_job_is_kept_and_does_nothing()
    {
        var database = await _node.CreateAsync("_replicator");
        await MemoryNode.WriteAsync(database, """{"_id":"cancel","cancel":true,"replication_id":"0123+continuous"}""", OneShot);
        await Eventually.HoldsAsync(() => _replicators.Find("_replicator", "job") is not null);
        Assert.Null(_replicators.Find("_replicator", "cancel"));
        _start.SetResult();
        await Eventually.HoldsAsync(() => StateOf(database) == "completed");
        Assert.Null(StateOf(database, "cancel"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        var following = _replicators.DisposeAsync().AsTask();
        await _scheduler.DisposeAsync();
        await following;
        _node.Store.FailCommits = null;
        await _node.DisposeAsync();
    }

    private static string? StateOf(Database database, string id = "job")
    {
        using var stored = database.Find(id) is { Deleted: false } record ? database.Read(id, record.Tree.Winner.Revision) : null;
        using var body = JsonDocument.Parse(stored?.Body ?? "{}"u8.ToArray());
        return body.RootElement.TryGetProperty("_replication_state", out var state) ? state.GetString() : null;
    }

    private static string RevisionOf(Database database) => database.Find("job")!.Tree.Winner.Revision.ToString();

    private async Task<Database> BeginAsync()
    {
        var database = await _node.CreateAsync("_replicator");
        await MemoryNode.WriteAsync(database, OneShot);
        await Eventually.HoldsAsync(() => _replicators.Find("_replicator", "job") is { State: JobState.Running });
        return database;
    }

    private void FailCommits(int count)
    {
        var left = count;
        _node.Store.FailCommits = _ => Interlocked.Decrement(ref left) >= 0;
    }

    /// <summary>Refuses states of replications, as a validation function may.</summary>
    private sealed class NoStates(Func<bool> refuses) : WriteRule
    {
        public override WriteWays Ways => WriteWays.Node;

        public override bool Concerns(string id) => refuses();

        public override ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation) =>
            ValueTask.FromResult(
                write.Document.Body.Span.IndexOf("_replication_state"u8) >= 0 ? new DocumentError(403, "forbidden", "no states") : null);
    }

    /// <summary>A peer without documents that answers when it is told to.</summary>
    private sealed class GatedPeer(Task gate, Func<PeerException?> failure) : StubPeer
    {
        public override Task<PeerServer> ReadServerAsync(CancellationToken cancellation) => Task.FromResult(new PeerServer(null, null));

        public override async Task<PeerInfo> ReadInfoAsync(CancellationToken cancellation)
        {
            await gate.WaitAsync(cancellation);
            return failure() is { } failed ? throw failed : new PeerInfo("0", "0") { IsEmpty = true };
        }

        public override Task<LocalDocumentState?> ReadLocalAsync(string id, CancellationToken cancellation) =>
            Task.FromResult<LocalDocumentState?>(null);

        public override Task<PeerChanges> ReadChangesAsync(
            string since, int limit, bool wait, ChangesSelection selection, CancellationToken cancellation) =>
            Task.FromResult(new PeerChanges([], "0", 0, IsEnd: true));
    }
}
