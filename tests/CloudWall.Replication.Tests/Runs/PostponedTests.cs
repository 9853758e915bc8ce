using System.Globalization;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Replication.Tests.Runs;

/// <summary>Revisions that the source does not send whole, stored in a database of this node.</summary>
public sealed class PostponedTests : IAsyncDisposable
{
    private static readonly ReplicationOptions Options = new() { BatchSize = 2, Workers = 2, Retries = 1 };
    private readonly FakeTimeProvider _time = new();
    private readonly DamagedSource _source = new();
    private readonly MemoryNode _node;

    public PostponedTests() => _node = new MemoryNode(_time);

    [Theory]
    [InlineData(Damage.Digest)]
    [InlineData(Damage.Length)]
    [InlineData(Damage.Missing)]
    [InlineData(Damage.Body)]
    public async Task What_did_not_come_whole_comes_with_the_next_run_once_the_source_is_well(Damage damage)
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = damage;
        _source.Write("a");
        _source.Write("b");

        var first = await RunAsync(Options);

        Assert.Equal((2, 1, 1), Counts(first.Progress));
        Assert.True(first.Result.HasChanges);
        Assert.Null(target.Find("a"));
        Assert.Equal("2", first.Progress.Position.Checkpoint);
        Assert.Contains("\"postponed\":[{\"id\":\"a\"", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        Assert.Single(_node.Log, static line => line.Contains("did not send a 1-", StringComparison.Ordinal));

        var second = await RunAsync(Options);

        Assert.False(second.Result.HasChanges);
        Assert.Equal((2, 1, 1), Counts(second.Progress));

        _source.Damaged.Clear();
        var third = await RunAsync(Options);

        Assert.True(third.Result.HasChanges);
        Assert.Equal((3, 2, 1), Counts(third.Progress));
        Assert.NotNull(target.Find("a"));
        Assert.DoesNotContain("postponed", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        Assert.False((await RunAsync(Options)).Result.HasChanges);
    }

    [Fact]
    public async Task A_continuous_run_asks_an_idle_source_again_and_copies_others_meanwhile()
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        using var stopping = new CancellationTokenSource();
        var (run, progress) = Begin(Options with { Continuous = true }, stopping.Token);
        await Eventually.HoldsAsync(() => progress.Position.Through == "1");
        _source.Write("b");
        await Eventually.HoldsAsync(() => target.Find("b") is not null);
        var asked = _source.Asked["a"];

        await Eventually.HoldsAsync(() => _source.Asked["a"] == 2 * asked, () => _time.Advance(PostponedRevisions.FirstDelay));
        Assert.Equal((2, 1, 1), Counts(progress));
        _source.Damaged.Clear();
        await Eventually.HoldsAsync(() => target.Find("a") is not null, () => _time.Advance(PostponedRevisions.FirstDelay));
        await Eventually.HoldsAsync(() => Counts(progress) == (3, 2, 1));

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.DoesNotContain("postponed", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_continuous_run_that_is_stopped_leaves_it_to_the_next_process()
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        using (var stopping = new CancellationTokenSource())
        {
            var (run, progress) = Begin(Options with { Continuous = true }, stopping.Token);
            await Eventually.HoldsAsync(() => progress.Position.Through == "1");
            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        _source.Damaged.Clear();
        using var end = new CancellationTokenSource();
        var (next, _) = Begin(Options with { Continuous = true }, end.Token);
        await Eventually.HoldsAsync(() => target.Find("a") is not null);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    /// <summary>Or a job whose runs fail would ask each second.</summary>
    [Fact]
    public async Task A_job_that_begins_anew_does_not_ask_sooner()
    {
        await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        var (_, progress) = await RunAsync(Options);
        for (var i = 0; i < 3; i++)
        {
            // Another job postpones one that this job asks for at once: after the first, if it asked for that, too.
            var other = string.Create(CultureInfo.InvariantCulture, $"other{i}");
            _source.Damaged[other] = Damage.Digest;
            _source.Write(other);
            await RunAsync(Options);
            var asked = (First: _source.Asked["a"], Other: _source.Asked[other]);
            using var stopping = new CancellationTokenSource();
            var (run, _) = Begin(Options with { Continuous = true }, stopping.Token, progress);
            await Eventually.HoldsAsync(() => _source.Asked[other] > asked.Other);
            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

            Assert.Equal(asked.First, _source.Asked["a"]);
        }
    }

    [Fact]
    public async Task What_has_a_newer_revision_is_asked_for_no_more()
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        var (_, progress) = await RunAsync(Options);
        _source.Damaged.Clear();
        _source.Write("a");

        await Begin(Options, CancellationToken.None, progress).Run;

        Assert.DoesNotContain("postponed", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        Assert.Equal(2, target.Find("a")?.Tree.Winner.Revision.Generation);
        Assert.Equal((2, 1, 1), Counts(progress));
    }

    /// <summary>A source may be restored to an earlier moment and back.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_gone_is_given_up_after_the_second_time_and_named_in_the_log(bool comesBack)
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        await RunAsync(Options);
        _source.Damaged["a"] = Damage.Gone;
        await RunAsync(Options);
        Assert.Contains("\"missing\":1", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        if (comesBack)
        {
            _source.Damaged.Clear();
        }

        await RunAsync(Options);

        Assert.DoesNotContain("postponed", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        Assert.Equal(comesBack, target.Find("a") is not null);
        Assert.Equal(comesBack ? 0 : 1, _node.Log.Count(static line => line.Contains(" has a 1-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_that_ends_asks_once_more()
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        _source.Write("b");
        _source.OnAsked = id => _source.Damaged.TryRemove(id == "b" ? "a" : string.Empty, out _);

        var (_, progress) = await RunAsync(Options with { BatchSize = 1, Workers = 1 });

        Assert.NotNull(target.Find("a"));
        Assert.Equal((3, 2, 1), Counts(progress));
    }

    /// <summary>Or a target that was put back meanwhile would lack it for good.</summary>
    [Fact]
    public async Task What_has_come_is_looked_for_on_the_target_before_a_checkpoint_says_so()
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        await RunAsync(Options);
        _source.Damaged.Clear();
        var context = _node.Context((endpoint, _) => endpoint.Name == "source" ? _source.Open() : new Interposed(_node.Peer("target"))
        {
            WriteLocal = () => target.Find("a") is { } found
                ? target.PurgeAsync([new PurgeRequest("a", [found.Winner.Revision])], CancellationToken.None)
                : Task.CompletedTask,
        });
        var run = new ReplicationRun(MemoryNode.Request("source", "target", Options), context, new RunProgress());

        var failure = await Assert.ThrowsAsync<PeerException>(() => run.RunAsync(CancellationToken.None));

        Assert.Equal("target_went_back", failure.Error.Error);
        Assert.Contains("postponed", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        await RunAsync(Options);
        Assert.NotNull(target.Find("a"));
    }

    [Fact]
    public async Task What_has_an_id_that_is_too_long_fails_as_what_a_target_refuses()
    {
        var target = await _node.CreateAsync("target");
        var id = new string('x', PostponedList.MaxIdBytes + 1);
        _source.Damaged[id] = Damage.Digest;
        _source.Write(id);
        _source.Write("b");

        var (_, progress) = await RunAsync(Options);

        Assert.Equal((2, 1, 1), Counts(progress));
        Assert.NotNull(target.Find("b"));
        Assert.Empty(progress.Postponed.Snapshot());
    }

    /// <summary>What fails otherwise when it is asked for again is no reason for the run to fail.</summary>
    [Fact]
    public async Task What_cannot_be_asked_for_again_is_left_and_others_are_copied()
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = _source.Damaged["b"] = Damage.Digest;
        _source.Write("a");
        _source.Write("b");
        await RunAsync(Options);
        _source.Damaged["a"] = Damage.Unavailable;
        _source.Damaged.TryRemove("b", out _);
        _source.Write("c");

        var (_, progress) = await RunAsync(Options with { Connections = ReplicationOptions.LeastConnections });

        Assert.Equal((4, 2, 2), Counts(progress));
        Assert.Equal(("a", 2), (Assert.Single(progress.Postponed.Snapshot()).Id, target.DocumentCount));
    }

    /// <summary>Of a document whose older revision is postponed only the newer one is left.</summary>
    [Fact]
    public async Task An_edit_that_does_not_come_whole_either_takes_the_place_of_the_first()
    {
        await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        await RunAsync(Options);
        _source.Write("a");

        var (_, progress) = await RunAsync(Options);

        Assert.Equal((2, 0, 2), Counts(progress));
        Assert.Equal(2, _node.Log.Count);
        Assert.Equal(2, Assert.Single(progress.Postponed.Snapshot()).Revision.Generation);
    }

    [Fact]
    public async Task Where_too_many_do_not_come_whole_the_run_fails_and_no_checkpoint_passes_the_last()
    {
        var target = await _node.CreateAsync("target");
        for (var i = 0; i <= PostponedList.MaxCount; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{i}");
            _source.Damaged[id] = Damage.Digest;
            _source.Write(id);
        }

        var options = Options with { BatchSize = 100, Workers = 1 };
        var progress = new RunProgress();
        var calls = 0;
        for (var i = 0; i < 2; i++)
        {
            var run = new ReplicationRun(MemoryNode.Request("source", "target", options), Context(), progress)
            {
                OnProgress = () => calls++,
            };
            var failure = await Assert.ThrowsAsync<PeerException>(() => run.RunAsync(CancellationToken.None));
            Assert.Equal(("too_many_postponed", true), (failure.Error.Error, failure.IsTransient));
            Assert.Equal("1000", progress.Position.Checkpoint);

            // The second time it makes no progress, so that its job waits longer and longer.
            Assert.InRange(calls, 9, 10);
        }

        _source.Damaged.Clear();
        await RunAsync(options);
        Assert.Equal(PostponedList.MaxCount + 1, target.DocumentCount);
    }

    [Fact]
    public async Task An_edit_of_a_postponed_document_needs_no_room()
    {
        await _node.CreateAsync("target");
        var (options, progress) = await FillAsync();
        _source.Write("5");

        await Begin(options, CancellationToken.None, progress).Run;

        Assert.Equal(2, Assert.Single(progress.Postponed.Snapshot(), static each => each.Id == "5").Revision.Generation);
    }

    [Fact]
    public async Task A_run_that_has_passed_what_had_no_room_shows_its_progress()
    {
        await _node.CreateAsync("target");
        var (options, progress) = await FillAsync();
        _source.Damaged["x"] = Damage.Digest;
        _source.Write("x");
        await Assert.ThrowsAsync<PeerException>(() => Begin(options, CancellationToken.None, progress).Run);
        _source.Damaged.TryRemove("x", out _);
        var calls = 0;
        var run = new ReplicationRun(MemoryNode.Request("source", "target", options), Context(), progress) { OnProgress = () => calls++ };

        await run.RunAsync(CancellationToken.None);

        Assert.NotEqual(0, calls);
    }

    [Fact]
    public async Task Where_there_is_no_room_what_is_due_is_asked_for_before_the_run_fails()
    {
        var target = await _node.CreateAsync("target");
        var (options, progress) = await FillAsync();
        _source.Damaged["x"] = Damage.Digest;
        _source.Write("x");
        _source.Damaged.TryRemove("999", out _);
        _time.Advance(PostponedRevisions.LongestDelay);

        await Begin(options, CancellationToken.None, progress).Run;

        Assert.NotNull(target.Find("999"));
        Assert.Contains(progress.Postponed.Snapshot(), static each => each.Id == "x");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_source_behind_a_URL_is_asked_for_the_very_revision(bool isExact, int generation)
    {
        _source.Write("a");
        _source.Write("a");
        var token = TestContext.Current.CancellationToken;
        await using var peer = _source.Open();
        var wanted = new MissingRevisions("a", [RevisionId.Parse("1-00000000000000000000000000000001")], []) { IsExact = isExact };

        var fetched = await peer.FetchAsync([wanted], token).SingleAsync(token);

        Assert.Equal(generation, fetched.Path[0].Generation);
    }

    [Fact]
    public async Task Without_checkpoints_it_counts_and_the_run_ends()
    {
        await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");

        var (result, progress) = await RunAsync(Options with { UseCheckpoints = false });

        Assert.True(result.HasChanges);
        Assert.Equal((1, 0, 1), Counts(progress));
        Assert.Empty(_source.Locals);
    }

    public async ValueTask DisposeAsync()
    {
        _source.Dispose();
        await _node.DisposeAsync();
    }

    private static (long Read, long Written, long Failures) Counts(RunProgress progress) =>
        (progress.Statistics.Read, progress.Statistics.Written, progress.Statistics.Failures);

    private async Task<(ReplicationOptions Options, RunProgress Progress)> FillAsync()
    {
        for (var i = 0; i < PostponedList.MaxCount; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{i}");
            _source.Damaged[id] = Damage.Digest;
            _source.Write(id);
        }

        var options = Options with { BatchSize = 100, Workers = 1 };
        return (options, (await RunAsync(options)).Progress);
    }

    private RunContext Context() => _node.Context((endpoint, _) => endpoint.Name == "source" ? _source.Open() : _node.Peer(endpoint.Name!));

    private (Task<RunResult> Run, RunProgress Progress) Begin(
        ReplicationOptions options, CancellationToken cancellation, RunProgress? progress = null)
    {
        progress ??= new RunProgress();
        return (new ReplicationRun(MemoryNode.Request("source", "target", options), Context(), progress).RunAsync(cancellation), progress);
    }

    private async Task<(RunResult Result, RunProgress Progress)> RunAsync(ReplicationOptions options)
    {
        var (run, progress) = Begin(options, CancellationToken.None);
        return (await run.WaitAsync(TimeSpan.FromMinutes(1)), progress);
    }
}
