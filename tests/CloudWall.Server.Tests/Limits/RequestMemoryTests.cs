using System.Text;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Limits;

/// <summary>The memory for requests is used up, who comes then waits or is told to come back, and afterwards all is as before.</summary>
public sealed class RequestMemoryTests
{
    private static readonly string Bulk = "{\"docs\":[{\"_id\":\"bulk\",\"text\":\"" + new string('x', 50_000) + "\"}]}";

    [Theory]
    [InlineData("POST", "/db/_bulk_docs", "{\"docs\":[{\"_id\":\"late\"}]}")]
    [InlineData("PUT", "/db/late", "{}")]
    [InlineData("POST", "/db/_all_docs", "{}")]
    [InlineData("POST", "/db/_revs_diff", "{}")]
    [InlineData("PUT", "/db/late/attachment", "bytes")]
    public async Task Who_finds_no_memory_left_is_told_to_come_back(string method, string path, string body)
    {
        await using var node = await StartAsync(("cloudwall", "max_waiting", "0"), ("cloudwall", "retry_after", "7"));
        using var slow = await SlowRequest.BeginJsonAsync(node.Node, "POST", "/db/_bulk_docs", Bulk.Length);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken > 0);

        var refused = await node.SendAsync(method, path, body, headers: "Content-Type: application/json");
        Assert.Equal(429, refused.Status);
        Assert.Equal("7", refused.Headers["retry-after"]);
        Assert.Equal("""{"error":"too_many_requests","reason":"Too many requests are being answered; try again later."}""", Text(refused).TrimEnd());
        Assert.Equal(200, (await node.SendAsync("GET", "/db")).Status);

        await slow.SendAsync(Bulk);
        Assert.Equal(201, (await slow.ReadAnswerAsync()).Status);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.InRange((await node.SendAsync(method, path, body, headers: "Content-Type: application/json")).Status, 200, 201);
        Assert.Equal(200, (await node.SendAsync("GET", "/db/bulk")).Status);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    [Fact]
    public async Task Who_may_wait_is_answered_when_memory_is_free_again()
    {
        await using var node = await StartAsync();
        using var slow = await SlowRequest.BeginJsonAsync(node.Node, "POST", "/db/_bulk_docs", Bulk.Length);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken > 0);
        var waiting = Enumerable.Range(0, 5).Select(i => node.SendAsync("PUT", $"/db/doc{i}", "{}")).ToList();
        await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 5);
        Assert.All(waiting, put => Assert.False(put.IsCompleted));
        await slow.SendAsync(Bulk);
        Assert.Equal(201, (await slow.ReadAnswerAsync()).Status);
        foreach (var put in waiting)
        {
            Assert.Equal(201, (await put).Status);
        }

        Assert.Equal(6, node.Node.Databases.Find("db")!.DocumentCount);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    [Fact]
    public async Task A_client_that_hangs_up_leaves_the_queue_and_gives_back_what_it_held()
    {
        await using var node = await StartAsync();
        var slow = await SlowRequest.BeginJsonAsync(node.Node, "POST", "/db/_bulk_docs", Bulk.Length);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken > 0);
        var waiting = await SlowRequest.BeginJsonAsync(node.Node, "PUT", "/db/doc", 2);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 1);
        waiting.Dispose();
        await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 0);
        slow.Dispose();
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", "{}")).Status);
    }

    [Fact]
    public async Task A_body_larger_than_all_memory_is_taken_alone_and_one_of_unknown_length_pays_as_it_grows()
    {
        await using var node = await StartAsync();
        var large = "{\"docs\":[{\"_id\":\"large\",\"text\":\"" + new string('x', 500_000) + "\"}]}";
        Assert.Equal(201, (await node.SendAsync("POST", "/db/_bulk_docs", large, headers: "Content-Type: application/json")).Status);
        using var slow = await SlowRequest.BeginAsync(
            node.Node, "POST /db/_bulk_docs", "Content-Type: application/json", "Transfer-Encoding: chunked");
        await slow.SendAsync($"{large.Length:x}\r\n{large}\r\n");
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken > node.Node.Memory.Capacity);
        await slow.SendAsync("0\r\n\r\n");
        Assert.Contains("conflict", (await slow.ReadAnswerAsync()).Text, StringComparison.Ordinal);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    [Fact]
    public async Task What_is_written_after_its_answer_gives_its_memory_back_too()
    {
        await using var node = await StartAsync();
        Assert.Equal(202, (await node.SendAsync("PUT", "/db/later?batch=ok", "{}")).Status);
        await SlowRequest.UntilAsync(() => node.Node.Databases.Find("db")!.DocumentCount == 1);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    private static string Text(HttpAnswer answer) => Encoding.UTF8.GetString(answer.Body);

    private static async Task<TestNode> StartAsync(params (string, string, string)[] settings)
    {
        var node = await TestNode.StartAsync([("cloudwall", "request_memory", "100000"), .. settings]);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        return node;
    }
}
