using System.Globalization;
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
        var asked = _source.Asked["a"];

        for (var i = 0; i < 3; i++)
        {
            using var stopping = new CancellationTokenSource();
            var (run, _) = Begin(Options with { Continuous = true }, stopping.Token, progress);
            _source.Write(string.Create(CultureInfo.InvariantCulture, $"other{i}"));
            await Eventually.HoldsAsync(() => Counts(progress).Written == i + 1);
            await stopping.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        Assert.Equal(asked, _source.Asked["a"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_has_a_newer_revision_or_is_gone_is_asked_for_no_more(bool isGone)
    {
        var target = await _node.CreateAsync("target");
        _source.Damaged["a"] = Damage.Digest;
        _source.Write("a");
        await RunAsync(Options);
        if (isGone)
        {
            _source.Purge("a");
        }
        else
        {
            _source.Damaged.Clear();
            _source.Write("a");
        }

        await RunAsync(Options);

        Assert.DoesNotContain("postponed", Assert.Single(_source.Locals).Value, StringComparison.Ordinal);
        Assert.Equal(isGone ? null : 2, target.Find("a")?.Tree.Winner.Revision.Generation);
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
        Assert.Equal(2, Assert.Single(progress.Postponed.Snapshot()).Revision.Generation);
    }

    [Fact]
    public async Task Where_too_many_do_not_come_whole_the_run_fails_and_no_checkpoint_passes_the_last()
    {
        var target = await _node.CreateAsync("target");
        for (var i = 0; i <= PostponedRevisions.MaxCount; i++)
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
        Assert.Equal(PostponedRevisions.MaxCount + 1, target.DocumentCount);
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
