using System.Text;
using CloudWall.Documents.Admission;
using CloudWall.Server.Tests.Golden;

namespace CloudWall.Server.Tests.Limits;

/// <summary>The memory for requests is used up, who comes then waits or is told to come back, and afterwards all is as before.</summary>
public sealed class RequestMemoryTests
{
    private const int Capacity = 800_000;
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
        using (await TakeAllAsync(node))
        {
            var refused = await node.SendAsync(method, path, body, headers: "Content-Type: application/json");
            Assert.Equal(429, refused.Status);
            Assert.Equal("7", refused.Headers["retry-after"]);
            Assert.Equal("""{"error":"too_many_requests","reason":"Too many requests are being answered; try again later."}""", Text(refused).TrimEnd());
            Assert.Equal(200, (await node.SendAsync("GET", "/db")).Status);
        }

        Assert.InRange((await node.SendAsync(method, path, body, headers: "Content-Type: application/json")).Status, 200, 201);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    [Fact]
    public async Task Who_may_wait_is_answered_when_memory_is_free_again()
    {
        await using var node = await StartAsync();
        List<Task<HttpAnswer>> waiting;
        using (await TakeAllAsync(node))
        {
            waiting = [.. Enumerable.Range(0, 5).Select(i => node.SendAsync("PUT", $"/db/doc{i}", "{}"))];
            await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 5);
            Assert.All(waiting, static put => Assert.False(put.IsCompleted));
        }

        foreach (var put in waiting)
        {
            Assert.Equal(201, (await put).Status);
        }

        Assert.Equal(5, node.Node.Databases.Find("db")!.DocumentCount);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    [Fact]
    public async Task A_client_that_hangs_up_leaves_the_queue_and_gives_back_what_it_held()
    {
        await using var node = await StartAsync();
        var slow = await SlowRequest.BeginJsonAsync(node.Server, "POST", "/db/_bulk_docs", Bulk.Length);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken > 0);
        using (var rest = new MemoryShare(node.Node.Memory))
        {
            await rest.ReserveAsync(rest.Largest - node.Node.Memory.Taken, CancellationToken.None);
            var waiting = await SlowRequest.BeginJsonAsync(node.Server, "PUT", "/db/doc", 2);
            await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 1);
            waiting.Dispose();
            await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 0);
        }

        slow.Dispose();
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc", "{}")).Status);
    }

    /// <summary>Review, attack 4: it was let in alone, and took whatever it needed.</summary>
    [Fact]
    public async Task A_document_that_can_never_fit_is_refused_for_good_and_one_of_unknown_length_pays_as_it_grows()
    {
        await using var node = await StartAsync();
        var large = "{\"text\":\"" + new string('x', Capacity) + "\"}";
        Assert.Equal(413, (await node.SendAsync("PUT", "/db/large", large, headers: "Content-Type: application/json")).Status);
        using var slow = await SlowRequest.BeginAsync(
            node.Server, "PUT /db/large", "Content-Type: application/json", "Transfer-Encoding: chunked");
        await slow.SendAsync($"{20_000:x}\r\n{large[..20_000]}\r\n");
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken >= 3 * 20_000);
        await slow.SendAsync($"{large.Length - 20_000:x}\r\n{large[20_000..]}\r\n0\r\n\r\n");
        var refused = await slow.ReadAnswerAsync();
        Assert.Equal(413, refused.Status);
        Assert.Contains("{\"error\":\"too_large\",\"reason\":\"the request entity is too large\"}", refused.Text, StringComparison.Ordinal);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    /// <summary>Review, attack 19: they took what they announced, and small writes waited for them for half a minute.</summary>
    [Theory]
    [InlineData("PUT", "/db/doc")]
    [InlineData("POST", "/db/_bulk_docs")]
    [InlineData("POST", "/db/_revs_diff")]
    public async Task Bodies_that_are_announced_and_do_not_come_hold_nothing_up(string method, string path)
    {
        await using var node = await StartAsync(("cloudwall", "request_memory", "8000000"), ("cloudwall", "max_waiting", "0"));
        var slow = new List<SlowRequest>();
        for (var i = 0; i < 24; i++)
        {
            slow.Add(await SlowRequest.BeginJsonAsync(node.Server, method, path, 2_000_000));
            await slow[i].SendAsync("{");
        }

        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken >= 24 * 100_000);
        Assert.InRange(node.Node.Memory.Taken, 0, 24 * 200_000);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(201, (await node.SendAsync("PUT", $"/db/small{i}", "{}")).Status);
        }

        slow.ForEach(static request => request.Dispose());
        await SlowRequest.UntilAsync(() => node.Node.Memory.Taken == 0);
    }

    /// <summary>Review, attack 19: those whose bodies have come and who go on slowly hold all there is, but for what is kept for small requests.</summary>
    [Fact]
    public async Task Small_writes_are_answered_while_large_requests_hold_the_rest()
    {
        await using var node = await StartAsync(("cloudwall", "request_memory", "8000000"), ("cloudwall", "max_waiting", "1"));
        using var all = await TakeAllAsync(node);
        using var waiting = await SlowRequest.BeginJsonAsync(node.Server, "POST", "/db/_bulk_docs", Bulk.Length);
        await SlowRequest.UntilAsync(() => node.Node.Memory.Waiting == 1);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(201, (await node.SendAsync("PUT", $"/db/small{i}", "{}")).Status);
        }
    }

    /// <summary>It was taken for no JSON.</summary>
    [Theory]
    [InlineData("{\"a\":", "1", "}")]
    [InlineData("[", "1", "]")]
    public async Task Json_that_is_nested_too_deep_is_refused_in_words(string open, string within, string close)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        var deep = string.Concat(Enumerable.Repeat(open, 70_000)) + within + string.Concat(Enumerable.Repeat(close, 70_000));
        var answer = await node.SendAsync("PUT", "/db/deep", "{\"a\":" + deep + "}", headers: "Content-Type: application/json");
        Assert.Equal(400, answer.Status);
        Assert.Contains("nested too deep: 65536 levels", Text(answer), StringComparison.Ordinal);
    }

    /// <summary>Kestrel takes off the last coding, and the others were taken for the body's bytes.</summary>
    [Theory]
    [InlineData("gzip, chunked", 501)]
    [InlineData("chunked", 201)]
    [InlineData("Chunked", 201)]
    public async Task Other_transfer_codings_than_chunked_are_refused(string coding, int status)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        using var request = await SlowRequest.BeginAsync(
            node.Server, "PUT /db/doc", "Content-Type: application/json", "Transfer-Encoding: " + coding);
        await request.SendAsync("2\r\n{}\r\n0\r\n\r\n");
        var answer = await request.ReadAnswerAsync();
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 501, answer.Text.Contains("unknown_transfer_encoding", StringComparison.Ordinal));
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

    private static async Task<MemoryShare> TakeAllAsync(TestNode node)
    {
        var all = new MemoryShare(node.Node.Memory);
        await all.ReserveAsync(all.Largest, CancellationToken.None);
        return all;
    }

    private static async Task<TestNode> StartAsync(params (string, string, string)[] settings)
    {
        var node = await TestNode.StartAsync([("cloudwall", "request_memory", $"{Capacity}"), .. settings]);
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        return node;
    }
}
