using System.Net.Sockets;

namespace CloudWall.Server.Tests.Limits;

/// <summary>Only so many connections may be open; when one ends, there is room for another.</summary>
public sealed class ConnectionLimitTests
{
    [Theory]
    [InlineData("chttpd")]
    [InlineData("httpd")]
    public async Task One_connection_too_many_is_told_to_come_back(string section)
    {
        await using var node = await TestNode.StartAsync((section, "max_connections", "2"), ("cloudwall", "retry_after", "9"));
        using var first = await SlowRequest.BeginAsync(node.Server, "GET /_up");
        Assert.Equal(200, (await first.ReadAnswerAsync()).Status);
        using (var second = await SlowRequest.BeginAsync(node.Server, "GET /_up"))
        {
            Assert.Equal(200, (await second.ReadAnswerAsync()).Status);
            using var third = await SlowRequest.BeginAsync(node.Server, "PUT /db");
            var (status, text) = await third.ReadAnswerAsync();
            Assert.Equal(503, status);
            Assert.Contains("\r\nRetry-After: 9\r\n", text, StringComparison.Ordinal);
            Assert.EndsWith(
                "{\"error\":\"service unavailable\",\"reason\":\"Too many connections are open; try again later.\"}\n",
                text,
                StringComparison.Ordinal);
            Assert.Null(node.Node.Databases.Find("db"));
        }

        await SlowRequest.UntilAsync(() => node.Server.Connections.Open == 1);
        using var next = await SlowRequest.BeginAsync(node.Server, "PUT /db");
        Assert.Equal(201, (await next.ReadAnswerAsync()).Status);
    }

    /// <summary>Review, attack 10: who takes all that one address may have leaves something for the others.</summary>
    [Fact]
    public async Task One_address_gets_no_more_than_its_share()
    {
        await using var node = await TestNode.StartAsync(("chttpd", "bind_address", "any"), ("cloudwall", "max_connections_per_address", "2"));
        using var first = await SlowRequest.BeginAsync(node.Node.Address.Port, "127.0.0.1", "GET /_up");
        using (var second = await SlowRequest.BeginAsync(node.Node.Address.Port, "127.0.0.1", "GET /_up"))
        {
            Assert.Equal((200, 200), ((await first.ReadAnswerAsync()).Status, (await second.ReadAnswerAsync()).Status));
            using var third = await SlowRequest.BeginAsync(node.Node.Address.Port, "127.0.0.1", "GET /_up");
            Assert.Equal(503, (await third.ReadAnswerAsync()).Status);
            using var other = await SlowRequest.BeginAsync(node.Node.Address.Port, "127.0.0.2", "GET /_up");
            Assert.Equal(200, (await other.ReadAnswerAsync()).Status);
        }

        await SlowRequest.UntilAsync(() => node.Server.Connections.Open == 1);
        using var next = await SlowRequest.BeginAsync(node.Node.Address.Port, "127.0.0.1", "GET /_up");
        Assert.Equal(200, (await next.ReadAnswerAsync()).Status);
    }

    [Fact]
    public async Task A_crowd_that_is_refused_leaves_no_trace()
    {
        await using var node = await TestNode.StartAsync(("chttpd", "max_connections", "1"));
        using (var only = await SlowRequest.BeginAsync(node.Server, "GET /_up"))
        {
            Assert.Equal(200, (await only.ReadAnswerAsync()).Status);
            await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ =>
            {
                try
                {
                    using var refused = await SlowRequest.BeginAsync(node.Server, "GET /_up");
                    await refused.ReadToEndAsync();
                }
                catch (Exception gone) when (gone is IOException or SocketException)
                {
                    // Ended before it could ask.
                }
            }));
            Assert.Equal(1, node.Server.Connections.Open);
        }

        await SlowRequest.UntilAsync(() => node.Server.Connections.Open == 0);
        using var next = await SlowRequest.BeginAsync(node.Server, "GET /_up");
        Assert.Equal(200, (await next.ReadAnswerAsync()).Status);
    }
}
