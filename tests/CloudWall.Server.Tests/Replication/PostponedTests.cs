using System.Text.Json.Nodes;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Attachments that a source does not send whole, over HTTP.</summary>
public sealed class PostponedTests
{
    private const int Length = 100_000;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task They_arrive_with_the_next_run_once_the_source_is_well(bool isTargetRemote, bool isContinuous)
    {
        await using var a = await InProcessNode.StartAsync();
        await using var b = await InProcessNode.StartAsync(("replicator", "retries_per_request", "1"));
        await using var proxy = await FaultProxy.StartAsync(a.Address, seed: 1, share: 0);
        proxy.Garbles = static request => request.Method == "GET" && request.Path.StartsWithSegments("/db/bad");
        foreach (var name in new[] { "bad", "good" })
        {
            var content = InProcessNode.Content("image/png", new byte[Length]);
            Assert.Equal(201, (await a.SendAsync("PUT", $"/db/{name}/a", content)).Status);
        }

        var target = isTargetRemote ? $"http://admin:secret@{b.Address.Authority}/db" : "db";
        var source = $"http://admin:secret@{proxy.Address.Authority}/db";
        var request = $$"""{"source":"{{source}}","target":"{{target}}"{{(isContinuous ? ",\"continuous\":true" : "")}}}""";
        if (isContinuous)
        {
            await b.PostAsync("/_replicate", request);
            await UntilAsync(b, static jobs => (long?)jobs["doc_write_failures"] == 1 && (string?)jobs["through_seq"] is ['2', ..]);
            Assert.Equal(200, (await b.PostAsync("/_replicate", request.Replace("}", ",\"cancel\":true}", StringComparison.Ordinal))).Status);
        }
        else
        {
            Assert.Equal((1, 1), Counts(await b.PostAsync("/_replicate", request)));
            Assert.Equal((1, 1), Counts(await b.PostAsync("/_replicate", request)));
        }

        Assert.Equal(200, (await b.GetAsync("/db/good")).Status);
        Assert.Equal(404, (await b.GetAsync("/db/bad")).Status);

        proxy.Garbles = static _ => false;
        var last = await b.PostAsync("/_replicate", request);
        if (isContinuous)
        {
            await UntilAsync(b, static jobs => (long?)jobs["docs_written"] == 2);
        }
        else
        {
            Assert.Equal((2, 1), Counts(last));
        }

        Assert.Equal(new byte[Length], (await b.GetAsync("/db/bad/a")).Bytes);
    }

    private static (int Written, int Failures) Counts(InProcessNode.Answer answer)
    {
        Assert.True(answer.Status == 200, answer.Text);
        var session = JsonNode.Parse(answer.Bytes)!["history"]![0]!;
        return ((int)session["docs_written"]!, (int)session["doc_write_failures"]!);
    }

    private static async Task UntilAsync(InProcessNode node, Func<JsonNode, bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var task = JsonNode.Parse((await node.GetAsync("/_active_tasks")).Bytes)!.AsArray().FirstOrDefault();
            if (task is not null && condition(task))
            {
                return;
            }

            await Task.Delay(20, patience.Token);
        }
    }
}
