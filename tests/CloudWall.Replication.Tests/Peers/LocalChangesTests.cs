using System.Globalization;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Sequences;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Tests.Peers;

public sealed class LocalChangesTests
{
    private static readonly ChangesSelection All = new();

    /// <summary>Review, house A5: a sequence that a client saw in a feed is one that a replication can begin after.</summary>
    [Fact]
    public async Task Sequences_are_those_of_the_feeds_that_clients_read()
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, 5);
        var tokens = new SequenceTokens(database.Incarnation);

        var page = await ReadAsync(node, Quote(tokens.Format(3)));

        Assert.Equal(["3", "4"], page.Rows.Select(static row => row.Id));
        Assert.Equal(Quote(tokens.Format(5)), page.LastSequence);
        Assert.Equal(Quote(tokens.Format(5)), (await node.Peer("db").ReadInfoAsync(CancellationToken.None)).UpdateSequence);
    }

    /// <summary>Review, house A5: replications of earlier versions go on where they were.</summary>
    [Fact]
    public async Task A_checkpoint_of_an_earlier_version_is_understood()
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, 5);
        Assert.Equal(["4"], (await ReadAsync(node, Quote($"4-{database.Incarnation}"))).Rows.Select(static row => row.Id));
    }

    [Theory]
    [InlineData("0", 5)]
    [InlineData("\"0\"", 5)]
    [InlineData("\"now\"", 0)]
    [InlineData("\"4-00000000000000000000000000000001\"", 5)]
    public async Task The_beginning_the_end_and_sequences_of_another_database_are_understood(string since, int rows)
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 5);
        Assert.Equal(rows, (await ReadAsync(node, since)).Rows.Count);
    }

    [Fact]
    public async Task A_sequence_that_a_restored_database_does_not_have_yet_stands_for_the_beginning()
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, 5);
        Assert.Equal(5, (await ReadAsync(node, Quote(new SequenceTokens(database.Incarnation).Format(6)))).Rows.Count);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("\"4\"")]
    [InlineData("\"4-garbage\"")]
    [InlineData("null")]
    [InlineData("[4]")]
    [InlineData("\"\"")]
    public async Task What_is_no_sequence_is_refused_and_does_not_pass(string since)
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 5);

        var refused = await Assert.ThrowsAsync<PeerException>(() => ReadAsync(node, since));

        Assert.Equal((400, false), (refused.Error.Status, refused.IsTransient));
    }

    /// <summary>Review, house A8: documents are looked up where they are few, and passed over to where they are many.</summary>
    [Theory]
    [InlineData(400, 1)]
    [InlineData(400, 3)]
    [InlineData(400, 100)]
    [InlineData(7, 3)]
    [InlineData(7, 100)]
    public async Task Documents_by_id_come_in_the_order_of_their_changes_page_by_page(int others, int limit)
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, others);
        await MemoryNode.WriteAsync(database, [.. ((string[])["c", "a", "d", "b"]).Select(static id => $$"""{"_id":"{{id}}"}""")]);
        var selection = new ChangesSelection { DocumentIds = ["a", "b", "c", "d", "missing"] };

        var rows = await ReadAllAsync(node, limit, selection);

        Assert.Equal(["a", "b", "c", "d"], rows.Select(static row => row.Id).Order(StringComparer.Ordinal));
        Assert.Equal(Numbers(rows).Order(), Numbers(rows));
    }

    [Fact]
    public async Task A_document_that_changes_between_two_pages_comes_with_its_latest_change()
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, 100);
        await using var peer = node.Peer("db");
        var selection = new ChangesSelection { DocumentIds = ["1", "2", "3"] };
        var first = await peer.ReadChangesAsync("0", 1, wait: false, selection, CancellationToken.None);
        var deleted = database.Find("3")!.Tree.Winner.Revision;
        await MemoryNode.WriteAsync(database, $$"""{"_id":"3","_rev":"{{deleted}}","_deleted":true}""");

        var second = await peer.ReadChangesAsync(first.LastSequence, 10, wait: false, selection, CancellationToken.None);
        var third = await peer.ReadChangesAsync(second.LastSequence, 10, wait: true, selection, CancellationToken.None);

        Assert.Equal(["1", "2", "3"], first.Rows.Concat(second.Rows).Concat(third.Rows).Select(static row => row.Id));
        Assert.Equal(2, third.Rows[0].Leaves[0].Generation);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(2)]
    public async Task Design_documents_come_deleted_ones_too(int others)
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, others);
        await MemoryNode.WriteAsync(database, """{"_id":"_design/gone"}""", """{"_id":"_design/kept"}""");
        var gone = database.Find("_design/gone")!.Tree.Winner.Revision;
        await MemoryNode.WriteAsync(database, $$"""{"_id":"_design/gone","_rev":"{{gone}}","_deleted":true}""");

        var rows = await ReadAllAsync(node, 1, new ChangesSelection { Filter = "_design" });

        Assert.Equal(["_design/kept", "_design/gone"], rows.Select(static row => row.Id));
    }

    /// <summary>Review, house A8: a replication that is stopped does not go through all of a large database first.</summary>
    [Theory]
    [InlineData(400)]
    [InlineData(2)]
    public async Task Who_gives_up_is_heard_while_documents_are_looked_for(int asked)
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 1000);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var selection = new ChangesSelection { DocumentIds = [.. Enumerable.Range(0, asked).Select(static i => "missing" + i)] };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => node.Peer("db").ReadChangesAsync("0", 10, wait: false, selection, gone.Token));
    }

    [Fact]
    public async Task A_selector_is_refused_for_good_where_nothing_runs_it()
    {
        await using var node = new MemoryNode();
        await FillAsync(node, 1);
        var selection = new ChangesSelection { Selector = "{}" };

        var refused = await Assert.ThrowsAsync<PeerException>(
            () => node.Peer("db").ReadChangesAsync("0", 10, wait: false, selection, CancellationToken.None));

        Assert.Equal((400, "bad_request", false), (refused.Error.Status, refused.Error.Error, refused.IsTransient));
    }

    /// <summary>A page ends where it has read enough rows and some have passed, however many are decided about together.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(250)]
    [InlineData(700)]
    public async Task A_filter_decides_about_all_rows_up_to_the_end(int limit)
    {
        await using var node = new MemoryNode();
        var database = await FillAsync(node, 600);
        var filter = new EverySo(200);
        var changes = new LocalChanges((_, _) => filter);
        var selection = new ChangesSelection { Filter = "d/f" };
        var rows = new List<string>();
        var pages = 0;
        for (var page = new PeerChanges([], "\"0\"", null, false); !page.IsEnd; pages++)
        {
            page = await changes.ReadAsync(database, page.LastSequence, limit, wait: false, selection, CancellationToken.None);
            rows.AddRange(page.Rows.Select(static row => row.Id));
        }

        Assert.Equal(["199", "399", "599"], rows);
        Assert.InRange(pages, 1, (600 / limit) + 1);
    }

    private static async Task<Database> FillAsync(MemoryNode node, int count)
    {
        var database = await node.CreateAsync("db");
        foreach (var i in Enumerable.Range(0, count))
        {
            await MemoryNode.WriteAsync(database, string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{i}}"}"""));
        }

        return database;
    }

    private static string Quote(string token) => $"\"{token}\"";

    private static Task<PeerChanges> ReadAsync(MemoryNode node, string since) =>
        node.Peer("db").ReadChangesAsync(since, 100, wait: false, All, CancellationToken.None);

    private static IEnumerable<int> Numbers(IEnumerable<PeerChange> rows) =>
        rows.Select(static row => int.Parse(row.Sequence[1..row.Sequence.IndexOf('-', StringComparison.Ordinal)], CultureInfo.InvariantCulture));

    private static async Task<List<PeerChange>> ReadAllAsync(MemoryNode node, int limit, ChangesSelection selection)
    {
        await using var peer = node.Peer("db");
        var rows = new List<PeerChange>();
        var since = "0";
        while (true)
        {
            var page = await peer.ReadChangesAsync(since, limit, wait: false, selection, CancellationToken.None);
            Assert.InRange(page.Rows.Count, 0, limit);
            rows.AddRange(page.Rows);
            since = page.LastSequence;
            if (page.IsEnd)
            {
                Assert.Equal((await peer.ReadInfoAsync(CancellationToken.None)).UpdateSequence, since);
                return rows;
            }
        }
    }

    /// <summary>Lets each so-manieth document pass.</summary>
    private sealed class EverySo(int many) : ChangeFilter
    {
        private int _seen;

        public override ValueTask DecideAsync(ChangeBatch batch, CancellationToken cancellation)
        {
            for (var document = 0; document < batch.Documents().Length; document++)
            {
                if (++_seen % many == 0)
                {
                    batch.Pass(document);
                }
            }

            return ValueTask.CompletedTask;
        }
    }
}
