using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Rules;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Requests;
using CloudWall.Replication.Runs;
using CloudWall.Storage;

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

    /// <summary>Small attachments are kept in memory until they are written, but not any number of them.</summary>
    [Fact]
    public async Task Many_small_attachments_go_to_the_store_as_they_come()
    {
        await using var node = await NodeOfOneAsync();
        var stored = new List<int>();
        var content = Enumerable.Range(0, 60).Select(static i => Enumerable.Range(0, 60_000).Select(n => (byte)((n * 7) + i)).ToArray()).ToList();
        var revisions = Enumerable.Range(0, 3).Select(document => new FetchedRevision(
            $"d{document}",
            [RevisionId.Parse("1-a")],
            false,
            "{}"u8.ToArray(),
            [.. Enumerable.Range(0, 20).Select(i => Attachment($"a{i}", content[(document * 20) + i]))]));

        Assert.Empty(await node.Peer("db").WriteAsync([.. revisions], CancellationToken.None));

        // A mebibyte of them is the most.
        Assert.Equal(0, stored[1]);
        Assert.InRange(stored[^1], 40, 59);
        Assert.Equal(20, node.Catalogue.Find("db")!.Read("d2", RevisionId.Parse("1-a"))!.Attachments.Count);

        FetchedAttachment Attachment(string name, byte[] bytes) => new(
            name,
            "image/png",
            1,
            null,
            bytes.Length,
            bytes.Length,
            ContentEncoding.Identity,
            _ =>
            {
                stored.Add(Count(node, Keyspace.Attachments));
                return Task.FromResult(new FetchedContent(ContentEncoding.Identity, Once(bytes)));
            });
    }

    [Theory]
    [InlineData("")]
    [InlineData("_local/a")]
    [InlineData("_design/")]
    [InlineData("_a")]
    public async Task What_no_document_may_be_called_is_refused_before_its_attachments_are_read(string id)
    {
        await using var node = await NodeOfOneAsync();
        var attachment = new FetchedAttachment("a", "b/c", 1, null, 1, 1, ContentEncoding.Identity, static _ => throw new NotSupportedException());
        FetchedRevision[] revisions =
        [
            new("doc", [RevisionId.Parse("1-a")], false, "{}"u8.ToArray(), []),
            new(id, [RevisionId.Parse("1-a")], false, "{}"u8.ToArray(), [attachment]),
        ];

        var failure = Assert.Single(await node.Peer("db").WriteAsync(revisions, CancellationToken.None));

        Assert.Equal((id, "illegal_docid", false), (failure.Id, failure.Error.Error, failure.IsOfSource));
        Assert.NotNull(node.Catalogue.Find("db")!.Find("doc"));
        Assert.Null(node.Catalogue.Find("db")!.Find(id));
    }

    /// <summary>A document may have any number of conflicts: its leaves are read one by one.</summary>
    [Fact]
    public async Task Leaves_are_read_when_it_is_their_turn()
    {
        await using var node = await NodeOfOneAsync();
        var database = node.Catalogue.Find("db")!;
        var leaves = Enumerable.Range(0, 50).Select(static i => RevisionId.Parse($"1-{i:x32}")).ToList();
        await node.Peer("db").WriteAsync([.. leaves.Select(static leaf => new FetchedRevision("doc", [leaf], false, "{}"u8.ToArray(), []))], CancellationToken.None);

        var read = new List<RevisionId>();
        await foreach (var revision in node.Peer("db").FetchAsync([new MissingRevisions("doc", leaves, [])], CancellationToken.None))
        {
            read.Add(revision.Path[0]);
            if (read.Count == 10)
            {
                await database.PurgeAsync([new PurgeRequest("doc", [.. leaves.Except(read)])], CancellationToken.None);
            }
        }

        Assert.Equal(10, read.Count);
    }

    private static async Task<MemoryNode> NodeOfOneAsync()
    {
        var node = new MemoryNode();
        await node.CreateAsync("db");
        return node;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Once(byte[] bytes)
    {
        await Task.CompletedTask;
        yield return bytes;
    }

    private static int Count(MemoryNode node, Keyspace keyspace)
    {
        using var cursor = node.Store.Scan(keyspace, [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        var count = 0;
        while (cursor.MoveNext())
        {
            count++;
        }

        return count;
    }

    private sealed class NoLetterB : WriteRule
    {
        public override bool Concerns(string id) => id == "b";

        public override ValueTask<DocumentError?> CheckAsync(WriteContext context, DocumentWrite write, CancellationToken cancellation) =>
            ValueTask.FromResult<DocumentError?>(new DocumentError(403, "forbidden", "no b"));
    }
}
