using CloudWall.Documents.Databases;
using CloudWall.Storage.Memory;

namespace CloudWall.Server.Tests.Durability;

/// <summary>Review, house A6: a node whose disk has failed could not be closed.</summary>
public sealed class EndingTests
{
    [Fact]
    public async Task A_failing_disk_keeps_nothing_from_being_closed()
    {
        using var directory = new TemporaryDirectory();
        var log = new StringWriter();
        using var store = new MemoryStore();
        var options = DurableNode.Options(directory.Path) with { Store = store, Log = log };
        var node = await NodeServer.StartAsync(options, TestContext.Current.CancellationToken);
        await node.Node.Databases.CreateAsync("db", new DatabaseOptions(), TestContext.Current.CancellationToken);
        store.FailCommits = static _ => true;
        await node.DisposeAsync();
        Assert.False(node.HasEndedInOrder);
        Assert.Contains("Ending databases failed", log.ToString(), StringComparison.Ordinal);

        // All that comes after it was closed too: the directory is free.
        store.FailCommits = null;
        var again = await NodeServer.StartAsync(options, TestContext.Current.CancellationToken);
        await again.DisposeAsync();
        await again.DisposeAsync();
        Assert.True(again.HasEndedInOrder);
    }

    /// <summary>
    /// Review, house A8: a write that is validated still was no part of an orderly end, nor of <c>_ensure_full_commit</c>.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_that_was_accepted_is_there_after_a_full_commit_and_after_the_end(bool ends)
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "home");
        await using (var node = await DurableNode.StartAsync(path))
        {
            await node.PutAsync("db");
            await node.PutAsync("db/_design/d", """{"validate_doc_update":"function () { for (var i = 0; i < 100000; i++) { } }"}""");
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(202, (await node.PutAsync($"db/{i}?batch=ok", "{}")).Status);
            }

            if (!ends)
            {
                Assert.Equal(201, (await node.SendAsync(HttpMethod.Post, "db/_ensure_full_commit", "{}")).Status);
                Assert.Equal(21, (int)(await node.GetAsync("db"))["doc_count"]!);
            }
        }

        await using var again = await DurableNode.StartAsync(path);
        Assert.Equal(21, (int)(await again.GetAsync("db"))["doc_count"]!);
    }
}
