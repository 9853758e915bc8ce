namespace CloudWall.Server.Tests.Limits;

/// <summary>Only so many feeds may be open; when one ends, there is room for another.</summary>
public sealed class FeedLimitTests
{
    [Theory]
    [InlineData("/db/_changes?feed=continuous&heartbeat=10000")]
    [InlineData("/db/_changes?feed=eventsource&heartbeat=10000")]
    [InlineData("/db/_changes?feed=longpoll&since=now&heartbeat=10000")]
    [InlineData("/_db_updates?feed=continuous&since=now&heartbeat=10000")]
    public async Task Who_finds_too_many_feeds_open_is_told_to_come_back(string path)
    {
        await using var node = await TestNode.StartAsync(("cloudwall", "max_feeds", "2"));
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        using var first = await SlowRequest.BeginAsync(node.Server, "GET " + path);
        using (var second = await SlowRequest.BeginAsync(node.Server, "GET /db/_changes?feed=continuous&heartbeat=10000"))
        {
            await second.ReadToAsync("\r\n\r\n");
            await SlowRequest.UntilAsync(() => node.Server.Feeds.Open == 2);
            var refused = await node.SendAsync("GET", path);
            Assert.Equal(429, refused.Status);
            Assert.Equal("5", refused.Headers["retry-after"]);
            Assert.Equal(
                """{"error":"too_many_requests","reason":"Too many feeds are open; try again later."}""" + "\n",
                System.Text.Encoding.UTF8.GetString(refused.Body));
            Assert.Equal(200, (await node.SendAsync("GET", "/db/_changes")).Status);
            Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", "{}")).Status);
            await second.ReadToAsync("\"id\":\"doc\"");
        }

        await SlowRequest.UntilAsync(() => node.Server.Feeds.Open < 2);
        using var next = await SlowRequest.BeginAsync(node.Server, "GET /db/_changes?feed=continuous&heartbeat=10000");
        await next.ReadToAsync("\"id\":\"doc\"");
    }
}
