using System.Globalization;

namespace CloudWall.Server.Tests.Limits;

/// <summary>Review, attack 14: clients that read nothing of a list block no other lists.</summary>
public sealed class SlowListTests
{
    private const int Documents = 60;

    // Much more than the system's buffers hold.
    private const string Design = """
        {"views":{"all":{"map":"function(doc) { emit(doc._id, null); }"}},
         "lists":{"much":"function() { while (getRow()) { send('x'.repeat(1e6)); } }","ids":"function() { var row; while (row = getRow()) { send(row.id); } }"}}
        """;

    [Fact]
    public async Task A_list_whose_client_takes_nothing_makes_room_where_others_wait()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();

        // The hour may come to pass while the function still runs, and is not to end it.
        await using var node = await TestNode.StartAsync(
            time,
            ("cloudwall", "max_lists", "2"),
            ("cloudwall", "stall_timeout", "86400000"),
            ("cloudwall", "list_timeout", "86400000"),
            ("couchdb", "os_process_timeout", "86400000"));
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/_design/d", Design)).Status);
        for (var i = 0; i < Documents; i++)
        {
            Assert.Equal(201, (await node.SendAsync("PUT", "/db/" + i.ToString("D3", CultureInfo.InvariantCulture), "{}")).Status);
        }

        using var reader = await SlowRequest.BeginAsync(node.Server, "GET /db/_design/d/_list/much/all");
        await reader.ReadToAsync("\r\n\r\n");

        // An hour passes, and nobody needs the place.
        for (var minute = 0; minute < 60; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(200, (await node.SendAsync("GET", "/db/_all_docs?limit=1")).Status);
        Assert.Equal(2, node.Server.Connections.Open);
        var other = node.SendAsync("GET", "/db/_design/d/_list/ids/all?limit=2");
        await SlowRequest.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return other.IsCompleted;
        });
        var answer = await other;
        Assert.Equal((200, "000001"), (answer.Status, System.Text.Encoding.UTF8.GetString(answer.Body)));
        await reader.ReadToEndAsync();
        await SlowRequest.UntilAsync(() => node.Server.Connections.Open == 1);
    }
}
