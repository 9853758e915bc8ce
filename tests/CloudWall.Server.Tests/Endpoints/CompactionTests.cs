using System.Text.Json;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>Compaction that was asked for: it can be watched, and it leaves what the sizes promise.</summary>
public sealed class CompactionTests
{
    [Fact]
    public async Task A_compaction_is_among_the_active_tasks_until_it_has_ended()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var database = await node.CreateAsync("db");
        var revision = (await NodeUnderTest.PutAsync(database, ("doc", "{}")))[0];
        await NodeUnderTest.PutAsync(database, ("doc", $"{{\"_rev\":\"{revision}\"}}"));
        using var held = new ManualResetEventSlim();
        node.Store.FailCommits = _ =>
        {
            held.Wait(NodeUnderTest.Patience);
            return false;
        };
        Assert.Equal(202, (await node.PostAsync("/db/_compact", "{}")).Status);
        Assert.Contains("\"compact_running\":true", (await node.GetAsync("/db")).Body, StringComparison.Ordinal);
        using var tasks = JsonDocument.Parse((await node.GetAsync("/_active_tasks")).Body);
        var task = Assert.Single(tasks.RootElement.EnumerateArray());
        Assert.Equal("database_compaction", task.GetProperty("type").GetString());
        Assert.Equal("db", task.GetProperty("database").GetString());
        Assert.Equal(node.Node.Identity.Name, task.GetProperty("node").GetString());
        Assert.Matches("^<0[.][0-9]+[.]0>$", task.GetProperty("pid").GetString());
        Assert.Equal(1, task.GetProperty("total_changes").GetInt64());
        Assert.InRange(task.GetProperty("changes_done").GetInt64(), 0, 1);
        Assert.InRange(task.GetProperty("progress").GetInt64(), 0, 100);
        Assert.True(task.GetProperty("updated_on").GetInt64() >= task.GetProperty("started_on").GetInt64());
        held.Set();
        await database.CompactAsync(CancellationToken.None);
        node.Store.FailCommits = null;
        Assert.Equal("[]\n", (await node.GetAsync("/_active_tasks")).Body);
        Assert.False(database.IsAvailable("doc", revision));
    }
}
