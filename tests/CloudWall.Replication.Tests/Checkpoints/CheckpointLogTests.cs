using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Checkpoints;

public sealed class CheckpointLogTests : IAsyncDisposable
{
    private static readonly Func<CancellationToken, Task> HasAll = static _ => Task.CompletedTask;
    private static readonly PostponedRevision One = new("ä", RevisionId.Parse("1-11111111111111111111111111111111"), 3);
    private readonly CheckpointPeer _source = new();
    private readonly CheckpointPeer _target = new();

    [Fact]
    public async Task What_is_recorded_on_both_sides_is_where_the_next_run_begins()
    {
        await (await OpenAsync()).WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);

        var next = await OpenAsync();

        Assert.Equal("10", next.History.SourceSequence);
        await next.WriteAsync(At("b", 20), [], false, HasAll, CancellationToken.None);
        Assert.Equal(["b", "a"], (await OpenAsync()).History.Sessions.Select(static session => session.Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_side_that_was_put_back_is_noticed_and_its_checkpoint_left_as_it_is(bool isSource)
    {
        var side = isSource ? _source : _target;
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        var copy = side.Checkpoint;
        await log.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None);
        side.Checkpoint = copy;

        var failure = await Assert.ThrowsAsync<PeerException>(() => log.WriteAsync(At("a", 30), [], false, HasAll, CancellationToken.None));

        Assert.True(failure.MustRestart);
        Assert.Equal("checkpoint_lost", failure.Error.Error);
        Assert.Same(copy, side.Checkpoint);
        Assert.Equal("10", (await OpenAsync()).History.SourceSequence);
    }

    [Fact]
    public async Task A_side_that_was_started_anew_is_noticed()
    {
        (_source.Boot, _target.Boot) = ("1", "1");
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        _source.Boot = "2";

        var failure = await Assert.ThrowsAsync<PeerException>(() => log.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None));

        Assert.True(failure.MustRestart);
        Assert.Equal("10", (await OpenAsync()).History.SourceSequence);
    }

    [Fact]
    public async Task A_database_that_was_made_anew_gets_no_checkpoint()
    {
        var log = await OpenAsync();
        _target.StartTime = "2";

        var failure = await Assert.ThrowsAsync<PeerException>(() => log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None));

        Assert.True(failure.MustRestart);
        Assert.Null(_target.Checkpoint);
    }

    [Fact]
    public async Task A_target_that_lacks_what_was_written_makes_the_checkpoint_count_for_nothing()
    {
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);

        await Assert.ThrowsAsync<PeerException>(() => log.WriteAsync(
            At("a", 20), [], false, static _ => throw new PeerException(new DocumentError(500, "target_went_back", ""), false), CancellationToken.None));

        Assert.Equal("10", (await OpenAsync()).History.SourceSequence);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_whose_answer_was_lost_is_done_again(bool isSource)
    {
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        (isSource ? _source : _target).OnWrite = static () => throw new PeerException(new DocumentError(500, "cut", ""), true);
        await Assert.ThrowsAsync<PeerException>(() => log.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None));

        // By now it has come further.
        await log.WriteAsync(At("a", 25), [], false, HasAll, CancellationToken.None);

        Assert.Equal("25", (await OpenAsync()).History.SourceSequence);
    }

    [Fact]
    public async Task Two_jobs_of_one_replication_leave_each_other_alone()
    {
        var one = await OpenAsync();
        await one.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        var other = await OpenAsync();
        await other.WriteAsync(At("b", 30), [], false, HasAll, CancellationToken.None);

        await one.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None);
        await other.WriteAsync(At("b", 40), [], false, HasAll, CancellationToken.None);

        Assert.Equal("40", (await OpenAsync()).History.SourceSequence);
    }

    /// <summary>A target that was put back lacks again what came since; a source that was put back may know of more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_either_side_says_is_postponed_is_postponed(bool isSource)
    {
        var side = isSource ? _source : _target;
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [One], false, HasAll, CancellationToken.None);
        var copy = side.Checkpoint;
        await log.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None);
        Assert.Empty((await OpenAsync()).Postponed);
        side.Checkpoint = copy;

        Assert.Equal([One], (await OpenAsync()).Postponed);

        // Where all is compared, nothing needs to be said.
        _target.Checkpoint = null;
        Assert.Empty((await OpenAsync()).Postponed);
    }

    /// <summary>Both say the same of how far the session has come; what was stored between them is lost.</summary>
    [Fact]
    public async Task A_target_that_was_put_back_between_two_checkpoints_of_one_place_is_asked_again()
    {
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [One], false, HasAll, CancellationToken.None);
        var copy = _target.Checkpoint;
        await log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        var adopted = new List<PostponedRevision>();
        log.OnAdopted = adopted.AddRange;
        await log.VerifyAsync(CancellationToken.None);
        Assert.Empty(adopted);
        _target.Checkpoint = copy;

        await log.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None);

        Assert.Equal([One], adopted);
        Assert.Equal([One], (await OpenAsync()).Postponed);
    }

    [Fact]
    public async Task What_another_job_of_the_replication_has_postponed_stays_so()
    {
        var one = await OpenAsync();
        await one.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        var other = await OpenAsync();
        await other.WriteAsync(At("b", 30), [One], false, HasAll, CancellationToken.None);
        var adopted = new List<PostponedRevision>();
        one.OnAdopted = adopted.AddRange;

        await one.WriteAsync(At("a", 20), [], false, HasAll, CancellationToken.None);

        Assert.Equal([One], adopted);
        Assert.Equal([One], (await OpenAsync()).Postponed);

        // From then on it is the one's to say that it has come.
        await one.WriteAsync(At("a", 40), [], false, HasAll, CancellationToken.None);
        Assert.Empty((await OpenAsync()).Postponed);
    }

    /// <summary>Or a peer could decide what is asked for.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_checkpoint_with_a_list_that_the_node_did_not_write_is_none(bool isSource)
    {
        var side = isSource ? _source : _target;
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), [], false, HasAll, CancellationToken.None);
        var body = Encoding.UTF8.GetString(side.Checkpoint!.Body.Span);
        var forged = $"{body[..^1]},\"postponed\":[{{\"id\":\"secret\",\"rev\":\"{One.Revision}\"}}]}}";
        side.Checkpoint = side.Checkpoint with { Body = Encoding.UTF8.GetBytes(forged) };
        var adopted = new List<PostponedRevision>();
        log.OnAdopted = adopted.AddRange;

        var failure = await Assert.ThrowsAsync<PeerException>(() => log.VerifyAsync(CancellationToken.None));
        var next = await OpenAsync();

        Assert.Equal("checkpoint_lost", failure.Error.Error);
        Assert.Empty(adopted);
        Assert.Equal(("0", 0), (next.History.SourceSequence, next.Postponed.Count));
        await next.WriteAsync(At("b", 20), [], false, HasAll, CancellationToken.None);
        Assert.Equal("20", (await OpenAsync()).History.SourceSequence);
    }

    [Fact]
    public async Task Where_both_sides_list_more_than_there_is_room_for_all_is_compared()
    {
        var log = await OpenAsync();
        await log.WriteAsync(At("a", 10), Many("a"), false, HasAll, CancellationToken.None);
        var copy = _target.Checkpoint;
        await log.WriteAsync(At("a", 20), Many("b"), false, HasAll, CancellationToken.None);
        Assert.Equal(PostponedList.MaxCount, (await OpenAsync()).Postponed.Count);
        _target.Checkpoint = copy;

        var next = await OpenAsync();

        Assert.Equal(("0", 0), (next.History.SourceSequence, next.Postponed.Count));
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    private static PostponedRevision[] Many(string id) =>
        [.. Enumerable.Range(0, PostponedList.MaxCount).Select(i => One with { Id = $"{id}{i}" })];

    private static Session At(string id, int sequence) =>
        new(id, "Mon", "Mon", "0", sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), new ReplicationStatistics());

    private Task<CheckpointLog> OpenAsync() =>
        CheckpointLog.ReadAsync("id", (_source, _source.State), (_target, _target.State), MemoryNode.Key, CancellationToken.None);
}
