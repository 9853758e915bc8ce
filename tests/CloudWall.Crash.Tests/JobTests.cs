using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace CloudWall.Crash.Tests;

/// <summary>A node that is killed soon after its start, three times, comes up without jobs.</summary>
public sealed class JobTests
{
    [Fact]
    public async Task A_node_that_was_killed_three_times_soon_after_its_start_runs_without_jobs()
    {
        using var data = new TemporaryDirectory();
        await using (var node = await NodeProcess.StartAsync(data.Path))
        {
            await PutAsync(node, "db", null);
            await PutAsync(node, "_replicator/one", """{"source":"db","target":"copy","create_target":true,"continuous":true}""");
            await RunsAsync(node);
            Assert.Equal(0, await node.StopAsync());
        }

        for (var crash = 0; crash < 3; crash++)
        {
            await using var node = await NodeProcess.StartAsync(data.Path);
            Assert.Equal("ok", await StatusAsync(node));
            await node.KillAsync();
        }

        await using (var node = await NodeProcess.StartAsync(data.Path))
        {
            Assert.Equal("without_jobs", await StatusAsync(node));
            var jobs = JsonNode.Parse(await node.Client.GetStringAsync("_scheduler/jobs", TestContext.Current.CancellationToken))!;
            Assert.Equal(0, (int)jobs["total_rows"]!);
            Assert.Equal(0, await node.StopAsync());
            Assert.Contains("--with-jobs", await node.Errors, StringComparison.Ordinal);
        }

        await using (var node = await NodeProcess.StartAsync(data.Path, withJobs: true))
        {
            Assert.Equal("ok", await StatusAsync(node));
            await RunsAsync(node);
            Assert.Equal(0, await node.StopAsync());
        }
    }

    private static async Task<string?> StatusAsync(NodeProcess node)
    {
        Assert.False(node.HasExited, node.HasExited ? await node.Errors : "");
        return (string?)JsonNode.Parse(await node.Client.GetStringAsync("_up", TestContext.Current.CancellationToken))!["status"];
    }

    private static async Task RunsAsync(NodeProcess node)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var document = JsonNode.Parse(await node.Client.GetStringAsync("_scheduler/docs/_replicator/one", patience.Token))!;
            if ((string?)document["state"] == "running")
            {
                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task PutAsync(NodeProcess node, string path, string? body)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await node.Client.PutAsync(path, content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
