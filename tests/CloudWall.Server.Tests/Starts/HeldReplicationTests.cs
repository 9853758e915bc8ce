using System.Text.Json.Nodes;
using CloudWall.Node.Starts;
using CloudWall.Server.Tests.Durability;

namespace CloudWall.Server.Tests.Starts;

/// <summary>A node that has crashed three times within its first minute starts without jobs, and says how to go on.</summary>
public sealed class HeldReplicationTests : IDisposable
{
    private const string Job = """{"source":"db","target":"copy","create_target":true,"continuous":true}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_node_that_crashes_again_and_again_starts_without_jobs()
    {
        await PrepareAsync(crashes: 3);
        var node = await StartAsync();
        await using (node)
        {
            var up = await node.GetAsync("_up");
            Assert.Equal("without_jobs", (string?)up["status"]);
            Assert.Contains("--with-jobs", (string?)up["reason"], StringComparison.Ordinal);
            var jobs = await node.GetAsync("_scheduler/jobs");
            Assert.Equal(0, (int)jobs["total_rows"]!);
            Assert.Equal((string?)up["reason"], (string?)jobs["held"]);
            foreach (var held in (string[])["one", "two"])
            {
                var document = await node.GetAsync("_scheduler/docs/_replicator/" + held);
                Assert.Equal("error", (string?)document["state"]);
                Assert.Equal((string?)up["reason"], (string?)document["info"]!["error"]);
            }

            // Documents that are done have no job to hold.
            Assert.Equal("completed", (string?)(await node.GetAsync("_scheduler/docs/_replicator/done"))["state"]);

            // Views are the client's.
            Assert.Equal(1, (int)(await node.GetAsync("db/_design/d/_view/all"))["total_rows"]!);

            // One that is written again runs; what comes after it does, too.
            var one = await node.GetAsync("_replicator/one");
            Assert.Equal(201, (await node.PutAsync("_replicator/one", one.ToJsonString())).Status);
            await UntilAsync(node, "_scheduler/docs/_replicator/one", static answer => (string?)answer["state"] == "running");
            Assert.Equal(201, (await node.PutAsync("_replicator/three", Job.Replace("copy", "copy3", StringComparison.Ordinal))).Status);
            await UntilAsync(node, "_scheduler/docs/_replicator/three", static answer => (string?)answer["state"] == "running");
            Assert.Equal("error", (string?)(await node.GetAsync("_scheduler/docs/_replicator/two"))["state"]);
            Assert.Equal(2, (int)(await node.GetAsync("_scheduler/jobs"))["total_rows"]!);
        }

        Assert.Contains("--with-jobs", node.Log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task Jobs_start_after_fewer_crashes_and_where_somebody_asks_for_them(int crashes, bool withJobs)
    {
        await PrepareAsync(crashes);
        await using var node = await StartAsync(withJobs);
        await UntilAsync(node, "_scheduler/docs/_replicator/one", static answer => (string?)answer["state"] == "running");
        await UntilAsync(node, "_scheduler/docs/_replicator/two", static answer => (string?)answer["state"] == "running");
        Assert.Equal("ok", (string?)(await node.GetAsync("_up"))["status"]);
        Assert.Null((await node.GetAsync("_scheduler/jobs"))["held"]);
    }

    [Fact]
    public async Task An_orderly_end_and_another_boot_are_no_crashes()
    {
        await PrepareAsync(crashes: 2);
        await using (await StartAsync())
        {
        }

        await using (var node = await StartAsync())
        {
            Assert.Equal("ok", (string?)(await node.GetAsync("_up"))["status"]);
        }

        await File.WriteAllTextAsync(
            Path.Combine(_directory.Path, "starts"), "2 another-boot starting\n", TestContext.Current.CancellationToken);
        await using var next = await StartAsync();
        Assert.Equal("ok", (string?)(await next.GetAsync("_up"))["status"]);
    }

    private Task<DurableNode> StartAsync(bool withJobs = false) => DurableNode.StartAsync(_directory.Path, options => options with { WithJobs = withJobs });

    /// <summary>Leaves a data directory with jobs, whose node has been killed so often.</summary>
    private async Task PrepareAsync(int crashes)
    {
        await using (var node = await StartAsync())
        {
            Assert.Equal(201, (await node.PutAsync("db")).Status);
            Assert.Equal(201, (await node.PutAsync("db/x", "{}")).Status);
            Assert.Equal(
                201, (await node.PutAsync("db/_design/d", """{"views":{"all":{"map":"function(doc){emit(doc._id)}"}}}""")).Status);
            Assert.Equal(201, (await node.PutAsync("_replicator/one", Job)).Status);
            Assert.Equal(201, (await node.PutAsync("_replicator/two", Job.Replace("copy", "copy2", StringComparison.Ordinal))).Status);
            Assert.Equal(
                201, (await node.PutAsync("_replicator/done", """{"source":"db","target":"once","create_target":true}""")).Status);
            await UntilAsync(node, "_scheduler/docs/_replicator/done", static answer => (string?)answer["state"] == "completed");
        }

        for (var i = 0; i < crashes; i++)
        {
            // A run that is never ended.
            StartRecord.Begin(Path.Combine(_directory.Path, "starts"), StartRecord.ReadBoot(), TimeProvider.System);
        }
    }

    private static async Task UntilAsync(DurableNode node, string path, Func<JsonNode, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var answer = await node.GetAsync(path); !condition(answer); answer = await node.GetAsync(path))
        {
            Assert.False(patience.IsCancellationRequested, answer.ToJsonString());
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
