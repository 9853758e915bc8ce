using CloudWall.Server.CommandLine;
using CloudWall.Settings;

namespace CloudWall.Server.Tests.Durability;

/// <summary>
/// Review, attack 9 and 19: a node that has lost writes says so, keeps the damaged files, and gives out other update sequences from then
/// on, so that nobody takes new changes for those that were lost.
/// </summary>
public sealed class LostWritesTests : IDisposable
{
    private const int Documents = 40;

    private readonly TemporaryDirectory _directory = new();

    private string Home => Path.Combine(_directory.Path, "home");

    private string Copied => Path.Combine(_directory.Path, "copied");

    [Fact]
    public async Task A_node_whose_log_is_damaged_says_so_and_has_other_update_sequences()
    {
        var seen = await FillAndCopyAsync();
        DurableNode.Flip(DurableNode.NewestLog(Copied));
        string incarnation;
        var node = await DurableNode.StartAsync(Copied);
        await using (node)
        {
            Assert.Single(Directory.GetFiles(Path.Combine(Copied, "store.damaged-1")));

            // As many new documents as there were: their numbers were given before.
            var left = (int)(await node.GetAsync("notes"))["doc_count"]!;
            Assert.InRange(left, 1, Documents - 1);
            for (var i = left; i < Documents; i++)
            {
                Assert.Equal(201, (await node.PutAsync($"notes/new-{i}", "{}")).Status);
            }

            var rows = (await node.GetAsync("notes/_changes?since=" + seen))["results"]!.AsArray();
            Assert.Equal(Documents, rows.Count);
            incarnation = node.Node.Databases.Find("notes")!.Incarnation;
        }

        Assert.Contains("Writes may be missing", node.Log.ToString(), StringComparison.Ordinal);
        Assert.Contains("store.damaged-1", node.Log.ToString(), StringComparison.Ordinal);
        var again = await DurableNode.StartAsync(Copied);
        await using (again)
        {
            Assert.Equal(incarnation, again.Node.Databases.Find("notes")!.Incarnation);
            Assert.Equal(Documents, (int)(await again.GetAsync("notes"))["doc_count"]!);
        }

        Assert.Equal("", again.Log.ToString());
    }

    [Fact]
    public async Task A_node_that_was_killed_goes_on_as_it_was()
    {
        var seen = await FillAndCopyAsync();
        var node = await DurableNode.StartAsync(Copied);
        await using (node)
        {
            Assert.Equal(seen, (string?)(await node.GetAsync("notes"))["update_seq"]);
            Assert.Empty((await node.GetAsync("notes/_changes?since=" + seen))["results"]!.AsArray());
        }

        Assert.Equal("", node.Log.ToString());
        Assert.Empty(Directory.GetDirectories(Copied, "store.damaged-*"));
    }

    [Fact]
    public async Task A_check_tells_of_a_damaged_log_and_changes_nothing()
    {
        await FillAndCopyAsync();
        DurableNode.Flip(DurableNode.NewestLog(Copied));
        for (var i = 0; i < 2; i++)
        {
            var output = new StringWriter();
            Assert.Equal(1, await Application.RunAsync(["--check", "--data", Copied], output, output));
            Assert.Contains("writes may be missing", output.ToString(), StringComparison.Ordinal);
        }

        var node = await DurableNode.StartAsync(Copied);
        await node.DisposeAsync();
        Assert.Contains("Writes may be missing", node.Log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_data_directory_whose_store_is_missing_is_refused(bool hasMark)
    {
        await FillAndCopyAsync();
        Directory.Delete(Path.Combine(Copied, "store"), recursive: true);
        if (!hasMark)
        {
            // As earlier versions left it.
            File.Delete(Path.Combine(Copied, "synced"));
        }

        var refusal = await Assert.ThrowsAsync<ConfigurationException>(
            () => NodeServer.StartAsync(DurableNode.Options(Copied), CancellationToken.None));
        Assert.Contains(Path.Combine(Copied, "store"), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("missing", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Copied, "store")));
    }

    public void Dispose() => _directory.Dispose();

    /// <returns>The last update sequence that was given out.</returns>
    private async Task<string> FillAndCopyAsync()
    {
        await using var node = await DurableNode.StartAsync(Home);
        Assert.Equal(201, (await node.PutAsync("notes")).Status);
        for (var i = 0; i < Documents; i++)
        {
            Assert.Equal(201, (await node.PutAsync($"notes/{i}", "{}")).Status);
        }

        DurableNode.Copy(Home, Copied);
        return (string)(await node.GetAsync("notes"))["update_seq"]!;
    }
}
