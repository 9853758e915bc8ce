using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Checkpoints;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using CloudWall.Replication.Tests.Checkpoints;
using Microsoft.Extensions.Time.Testing;
using Polly;

namespace CloudWall.Replication.Tests.Runs;

public sealed class PostponedRetryTests
{
    private static readonly RevisionId First = RevisionId.Parse("1-11111111111111111111111111111111");
    private readonly FakeTimeProvider _time = new();
    private readonly RunProgress _progress = new();

    [Fact]
    public async Task After_three_in_a_row_that_were_not_answered_the_others_wait_and_are_next()
    {
        await using var peer = new Silent();
        await using var node = new MemoryNode(_time);
        var places = new Turns(1);
        var log = await CheckpointLog.ReadAsync("id", (peer, peer.State), (peer, peer.State), MemoryNode.Key, CancellationToken.None);
        var checkpoints = new RunCheckpoints(MemoryNode.Request("a", "b"), node.Context(), _progress, log, ResiliencePipeline.Empty, "");
        var retry = new PostponedRetry(
            _progress, checkpoints, () => new BatchCopy(peer, peer, _progress, static _ => { }), places, _time, static _ => { });
        _progress.Postponed.Begin([.. "abcde".Select(static id => new PostponedRevision(id.ToString(), First, 1))], null);

        await retry.AskAsync(isLast: false, CancellationToken.None);
        await retry.AskAsync(isLast: false, CancellationToken.None);
        Assert.Equal("abc", string.Concat(peer.Asked));

        _time.Advance(PostponedRevisions.FirstDelay);
        await retry.AskAsync(isLast: false, CancellationToken.None);
        Assert.Equal("abcde", string.Concat(peer.Asked));
    }

    /// <summary>What is written later may be what the replication does not select.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_edited_out_of_the_selection_is_copied_as_it_was(bool isKept)
    {
        await using var node = new MemoryNode(_time);
        var source = await node.CreateAsync("source");
        var target = await node.CreateAsync("target");
        await MemoryNode.WriteAsync(source, """{"_id":"a","type":"public"}""");
        var revision = source.Find("a")!.Winner.Revision;
        var isDamaged = true;
        var context = node.Context((endpoint, _) => endpoint.Name == "target"
            ? new Interposed(node.Peer("target")) { IsDamaged = _ => isDamaged }
            : new Interposed(node.Peer("source")) { Selects = change => change.Leaves[0] == revision });
        var selection = new ChangesSelection { Selector = """{"type":"public"}""" };
        var progress = new RunProgress();
        async Task RunAsync() => await new ReplicationRun(
            MemoryNode.Request("source", "target", null, selection), context, progress).RunAsync(CancellationToken.None);
        await RunAsync();
        isDamaged = false;
        await MemoryNode.WriteAsync(source, $$"""{"_id":"a","_rev":"{{revision}}","type":"private"}""");
        if (!isKept)
        {
            await source.CompactAsync(CancellationToken.None);
        }

        await RunAsync();
        _time.Advance(PostponedRevisions.LongestDelay);
        await RunAsync();

        Assert.Equal(isKept ? revision : null, target.Find("a")?.Winner.Revision);
        Assert.Empty(progress.Postponed.Snapshot());
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("_design/secret")]
    public async Task A_peer_cannot_have_copied_what_the_replication_does_not_select(string id)
    {
        await using var node = new MemoryNode(_time);
        var source = await node.CreateAsync("source");
        var target = await node.CreateAsync("target");
        await MemoryNode.WriteAsync(source, """{"_id":"public"}""", $$"""{"_id":"{{id}}"}""");
        var revision = source.Find(id)!.Winner.Revision;
        var request = MemoryNode.Request("source", "target", null, new ChangesSelection { DocumentIds = ["public"] });
        var progress = new RunProgress();
        await new ReplicationRun(request, node.Context(), progress).RunAsync(CancellationToken.None);

        // Neither by what the target's checkpoint says, nor by what was postponed before.
        await using var peer = node.Peer("target");
        await ForgeAsync(peer, node, request, $$""","postponed":[{"id":"{{id}}","rev":"{{revision}}"}]}""");
        progress.Postponed.Add(new WriteFailure(id, revision, new DocumentError(500, "", "")) { IsOfSource = true }, _time);
        await new ReplicationRun(request, node.Context(), progress).RunAsync(CancellationToken.None);

        Assert.Null(target.Find(id));
        Assert.Empty(progress.Postponed.Snapshot());
    }

    private static async Task ForgeAsync(LocalPeer target, MemoryNode node, ReplicationRequest request, string more)
    {
        string? id = null;
        var context = node.Context((endpoint, _) => endpoint.Name == "target"
            ? new Interposed(node.Peer("target")) { ReadLocal = read => id = read }
            : node.Peer("source"));
        await new ReplicationRun(request, context, new RunProgress()).RunAsync(CancellationToken.None);
        var found = (await target.ReadLocalAsync(id!, CancellationToken.None))!;
        var body = System.Text.Encoding.UTF8.GetString(found.Body.Span)[..^1] + more;
        await target.WriteLocalAsync(id!, found.Revision, System.Text.Encoding.UTF8.GetBytes(body), CancellationToken.None);
    }

    /// <summary>A peer that lacks everything, and does not answer where it is asked for it.</summary>
    private sealed class Silent : CheckpointPeer
    {
        public List<string> Asked { get; } = [];

        public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(IReadOnlyList<PeerChange> changes, CancellationToken cancellation)
        {
            Asked.AddRange(changes.Select(static change => change.Id));
            throw new PeerException(new DocumentError(500, "cut", "cut"), isTransient: true);
        }
    }
}
