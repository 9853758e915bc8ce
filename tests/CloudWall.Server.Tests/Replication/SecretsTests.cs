using System.Text.Json;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Review, attack 17: what a node tells of replications whose peer repeats all that it is sent.</summary>
public sealed class SecretsTests
{
    private const string Target = """{"source":"db","target":TARGET,"continuous":true}""";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Those that the peer is sent, and one that it could make of them.</summary>
    private static readonly string[] Secrets =
        ["hunter2", "t0k3n-value", "s3ssion-cookie", "prefix-0123456789", Convert.ToBase64String("admin:hunter2"u8)];

    [Fact]
    public async Task No_listing_answer_document_or_log_has_secrets_of_a_replication()
    {
        await using var echo = await EchoServer.StartAsync();
        var far = JsonSerializer.Serialize(new
        {
            url = $"http://admin:hunter2@{echo.Address.Authority}/prefix-0123456789/far",
            headers = new Dictionary<string, string> { ["X-Token"] = "t0k3n-value" },
        });
        var node = await InProcessNode.StartAsync(("log", "level", "debug"), ("replicator", "retries_per_request", "1"), ("replicator", "max_backoff", "1"));
        var seen = new List<string>();
        try
        {
            await node.PutAsync("/_replicator", string.Empty);
            Assert.Equal(201, (await node.PutAsync("/_replicator/kept", $$"""{"source":{{far}},"target":"db","continuous":true}""")).Status);
            Assert.Equal(201, (await node.PutAsync("/_replicator/over", $$"""{"source":{{far}},"target":"db","_replication_state":"failed"}""")).Status);
            Assert.Equal(202, (await node.PostAsync("/_replicate", Target.Replace("TARGET", far, StringComparison.Ordinal))).Status);
            seen.Add((await node.PostAsync("/_replicate", $$"""{"source":{{far}},"target":"db","continuous":false}""")).Text);
            await UntilAsync(node, "/_scheduler/jobs", seen, static answer => answer.Split("\"crashed\"").Length > 2);
            await UntilAsync(node, "/_scheduler/docs", seen, static answer => answer.Contains("\"crashing\"", StringComparison.Ordinal));

            // From here on they wait for changes as long as the node likes: what runs is shown, too.
            echo.Behaves = true;
            await UntilAsync(node, "/_active_tasks", seen, static answer => answer.Split("\"replication\"").Length > 2);
            foreach (var path in (string[])["/_scheduler/jobs", "/_scheduler/docs", "/_scheduler/docs/_replicator/kept", "/_scheduler/docs/_replicator/over"])
            {
                seen.Add((await node.GetAsync(path)).Text);
            }
        }
        finally
        {
            await node.DisposeAsync();
        }

        seen.Add(node.Log.ToString());
        Assert.Contains("you sent", seen[^1], StringComparison.Ordinal);
        Assert.All(Secrets[..4], secret => Assert.Contains(echo.Heard, heard => heard.Contains(secret, StringComparison.Ordinal)));
        Assert.All(seen, static text => Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
        Assert.All(
            seen[1..^1], text => Assert.Contains($"http://{echo.Address.Authority}/…/far/", text.Replace("\\u2026", "…", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"url":"http://127.0.0.1:9/far","headers":{"X-A":"b\r\nX-Evil: 1"}}""", "endpoint has an invalid header")]
    [InlineData("""{"url":"http://127.0.0.1:9/far","headers":{"Transfer-Encoding":"chunked"}}""", "endpoint has an invalid header")]
    [InlineData("\"http://127.0.0.1:9/far\\r\\nX-Evil: 1\"", "endpoint has an invalid url")]
    public async Task What_would_bring_headers_along_is_refused_wherever_it_is_asked_for(string far, string reason)
    {
        await using var node = await InProcessNode.StartAsync();
        await node.PutAsync("/_replicator", string.Empty);
        var request = Target.Replace("TARGET", far, StringComparison.Ordinal);

        var asked = await node.PostAsync("/_replicate", request);
        var kept = await node.PutAsync("/_replicator/d", request);

        Assert.Equal((400, $$"""{"error":"bad_request","reason":"{{reason}}"}"""), (asked.Status, asked.Text.Trim()));
        Assert.Equal((403, $$"""{"error":"forbidden","reason":"{{reason}}"}"""), (kept.Status, kept.Text.Trim()));
    }

    private static async Task UntilAsync(InProcessNode node, string path, List<string> seen, Predicate<string> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        string answer;
        while (!condition(answer = (await node.GetAsync(path)).Text))
        {
            Assert.False(patience.IsCancellationRequested, answer);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        seen.Add(answer);
    }
}
