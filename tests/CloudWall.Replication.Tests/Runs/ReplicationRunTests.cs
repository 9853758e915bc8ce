using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Replication.Tests.Runs;

public sealed class ReplicationRunTests
{
    private static readonly ReplicationOptions Options = new() { BatchSize = 2, Workers = 2, Retries = 1 };

    [Fact]
    public async Task A_one_shot_copies_all_and_the_next_one_finds_nothing_to_do()
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 7);
        var target = await node.CreateAsync("target");

        var first = await RunAsync(node, Options);
        var again = await RunAsync(node, Options);

        Assert.True(first.Result.HasChanges);
        Assert.Equal((7, 7), (first.Progress.Statistics.Written, target.DocumentCount));
        Assert.False(again.Result.HasChanges);
        Assert.Equal(first.Result.History.SessionId, again.Result.History.SessionId);
    }

    [Fact]
    public async Task A_run_begins_where_the_last_one_has_ended()
    {
        await using var node = new MemoryNode();
        var source = await FillAsync(node, 3);
        await node.CreateAsync("target");
        await RunAsync(node, Options);
        await MemoryNode.WriteAsync(source, """{"_id":"late"}""");

        var second = await RunAsync(node, Options);

        Assert.Equal(4, second.Progress.Statistics.Checked);
        Assert.Equal(2, second.Result.History.Sessions.Count);
    }

    /// <summary>Review, differences: one-shots that find nothing. CouchDB has no history to show then.</summary>
    [Fact]
    public async Task A_run_whose_documents_are_not_there_says_so_without_a_history_and_records_how_far_it_looked()
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 3);
        await node.CreateAsync("target");
        var progress = new RunProgress();
        var request = MemoryNode.Request("source", "target", Options, new ChangesSelection { DocumentIds = ["missing"] });

        var result = await new ReplicationRun(request, node.Context(), progress).RunAsync(CancellationToken.None);

        Assert.Equal("""{"no_changes":true}""", Answer(result));
        Assert.StartsWith("\"3-", progress.Position.Checkpoint, StringComparison.Ordinal);
    }

    /// <summary>Review, house A1: the checkpoints' failure must end a run that would go on for ever.</summary>
    [Fact]
    public async Task A_continuous_run_whose_checkpoints_fail_ends_with_that_failure()
    {
        var time = new FakeTimeProvider();
        await using var node = new MemoryNode(time);
        await FillAsync(node, 3);
        var target = await node.CreateAsync("target");
        var failure = new PeerException(new DocumentError(403, "forbidden", "no checkpoints here"), isTransient: false);
        var context = node.Context((endpoint, _) => endpoint.Name == "target"
            ? new Interposed(node.Peer("target")) { WriteLocal = () => Task.FromException(failure) }
            : node.Peer(endpoint.Name!));
        var run = new ReplicationRun(
            MemoryNode.Request("source", "target", Options with { Continuous = true }), context, new RunProgress()).RunAsync(CancellationToken.None);
        await target.WaitForChangeAsync(2, CancellationToken.None);

        await Eventually.HoldsAsync(() => run.IsCompleted, () => time.Advance(Options.CheckpointInterval));

        Assert.Same(failure, await Assert.ThrowsAsync<PeerException>(() => run));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_that_fails_ends_the_reader_and_the_other_workers(bool isContinuous)
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 50);
        await node.CreateAsync("target");
        var failure = new PeerException(new DocumentError(403, "forbidden", "nothing is taken"), isTransient: false);
        var context = node.Context((endpoint, _) => endpoint.Name == "target"
            ? new Interposed(node.Peer("target")) { Write = () => throw failure }
            : node.Peer(endpoint.Name!));

        var thrown = await Assert.ThrowsAsync<PeerException>(() => new ReplicationRun(
            MemoryNode.Request("source", "target", Options with { Continuous = isContinuous, BatchSize = 1 }), context, new RunProgress())
            .RunAsync(CancellationToken.None));

        Assert.Same(failure, thrown);
    }

    [Fact]
    public async Task A_run_that_is_stopped_records_how_far_it_has_come()
    {
        await using var node = new MemoryNode();
        var source = await FillAsync(node, 5);
        var target = await node.CreateAsync("target");
        using var stopping = new CancellationTokenSource();
        var progress = new RunProgress();
        var run = new ReplicationRun(MemoryNode.Request("source", "target", Options with { Continuous = true }), node.Context(), progress)
            .RunAsync(stopping.Token);
        await target.WaitForChangeAsync(4, CancellationToken.None);
        await Eventually.HoldsAsync(
            () => progress.Position.Through == progress.Position.Source && source.CountChangesAfter(0) == progress.Statistics.Written);

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        var next = await RunAsync(node, Options);
        Assert.False(next.Result.HasChanges);
    }

    private static async Task<Database> FillAsync(MemoryNode node, int count)
    {
        var source = await node.CreateAsync("source");
        await MemoryNode.WriteAsync(
            source, [.. Enumerable.Range(0, count).Select(static i => string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{i}}"}"""))]);
        return source;
    }

    private static string Answer(RunResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            result.WriteMembers(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static async Task<(RunResult Result, RunProgress Progress)> RunAsync(MemoryNode node, ReplicationOptions options)
    {
        var progress = new RunProgress();
        var result = await new ReplicationRun(MemoryNode.Request("source", "target", options), node.Context(), progress)
            .RunAsync(CancellationToken.None);
        return (result, progress);
    }
}
