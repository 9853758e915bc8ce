using CloudWall.Scripting.Tests;
using CloudWall.Server.Tests.Limits;

namespace CloudWall.Server.Tests;

/// <summary>Review, house A8: a node that nobody asks for anything does not wake up.</summary>
public sealed class IdleNodeTests
{
    [Fact]
    public async Task No_timer_runs_when_all_has_been_idle_for_long()
    {
        var time = new CountedTimers();
        var queryServers = new Dictionary<string, string>
        {
            ["foo"] = $"node '{Path.Combine(AppContext.BaseDirectory, "QueryServers", "server.js")}'",
        };
        await using var node = await TestNode.StartAsync(time, queryServers);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/app", """
            {"views":{"v":{"map":"function (doc) { emit(doc._id); }"}},
            "lists":{"l":"function () { while (getRow()) send('row'); }"},
            "validate_doc_update":"function () {}"}
            """)).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/foo", """{"language":"foo","views":{"v":{"map":"doc => emit(1)"}}}""")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", "{}")).Status);
        foreach (var path in (string[])["_design/app/_list/l/v", "_design/foo/_view/v", "_changes"])
        {
            Assert.Equal(200, (await node.SendAsync("GET", "/db/" + path)).Status);
        }

        Assert.Equal(200, (await node.SendAsync("DELETE", "/db")).Status);
        Assert.NotEqual(0, time.Active);

        // What a timer begins on another thread may start a last one.
        await SlowRequest.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(10));
            return time.Active == 0;
        });
        time.Advance(TimeSpan.FromDays(1));
        Assert.True(time.Active == 0, time.Names);
    }
}
