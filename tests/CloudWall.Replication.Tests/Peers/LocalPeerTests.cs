using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Peers;

public sealed class LocalPeerTests
{
    /// <summary>Review, differences F5: a replication makes no databases that a client could not make.</summary>
    [Theory]
    [InlineData("Bad Name")]
    [InlineData("../x")]
    [InlineData("_foo")]
    [InlineData("1a")]
    [InlineData("a.b")]
    public async Task A_target_with_an_illegal_name_is_not_made(string name)
    {
        await using var node = new MemoryNode();
        await node.CreateAsync("source");

        var failure = await Assert.ThrowsAsync<PeerException>(() => new ReplicationRun(
            MemoryNode.Request("source", name, new ReplicationOptions { CreateTarget = true }), node.Context(), new RunProgress())
            .RunAsync(CancellationToken.None));

        Assert.Equal((500, "db_not_found", $"could not open {name}"), (failure.Error.Status, failure.Error.Error, failure.Error.Reason));
        Assert.Equal(["source"], node.Catalogue.Names);
    }

    /// <summary>Review, differences F18: a target has the q that was asked for, or the node's own.</summary>
    [Theory]
    [InlineData("q", "7", 7)]
    [InlineData("n", "1", 3)]
    public async Task A_target_that_is_made_has_the_parameters_that_a_client_would_give_it(string parameter, string value, int shards)
    {
        await using var node = new MemoryNode(options: new EngineOptions { DefaultShards = 3 });
        await node.Peer("target").CreateAsync([new(parameter, value)], CancellationToken.None);
        Assert.Equal(shards, node.Catalogue.Find("target")!.Options.Shards);
    }

    [Theory]
    [InlineData("q", "0")]
    [InlineData("q", "many")]
    [InlineData("partitioned", "maybe")]
    public async Task A_target_is_not_made_with_parameters_that_make_no_sense(string parameter, string value)
    {
        await using var node = new MemoryNode();
        var failure = await Assert.ThrowsAsync<PeerException>(
            () => node.Peer("target").CreateAsync([new(parameter, value)], CancellationToken.None));
        Assert.Equal("db_not_found", failure.Error.Error);
        Assert.Empty(node.Catalogue.Names);
    }

    /// <summary>Review, house A2: what a rule refuses is counted as refused by the target.</summary>
    [Fact]
    public async Task Rules_hold_for_what_a_replication_writes()
    {
        await using var node = new MemoryNode(options: new EngineOptions { Rules = [new NoLetterB()] });
        await MemoryNode.WriteAsync(await node.CreateAsync("source"), """{"_id":"a"}""", """{"_id":"b"}""", """{"_id":"c"}""");
        var target = await node.CreateAsync("target");
        var progress = new RunProgress();

        await new ReplicationRun(MemoryNode.Request("source", "target"), node.Context(), progress).RunAsync(CancellationToken.None);

        Assert.Equal((2, 1), (progress.Statistics.Written, progress.Statistics.Failures));
        Assert.Null(target.Find("b"));
        Assert.Contains(node.Log, static line => line.Contains("forbidden: no b", StringComparison.Ordinal));
    }

    private sealed class NoLetterB : WriteRule
    {
        public override bool Concerns(string id) => id == "b";

        public override ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation) =>
            ValueTask.FromResult<DocumentError?>(new DocumentError(403, "forbidden", "no b"));
    }
}
