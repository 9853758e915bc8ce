using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Server.Tests.Http;

/// <summary>Bodies and request lines as they come over the wire.</summary>
public sealed class BodyTests
{
    private static readonly string[] Json = ["Content-Type: application/json"];

    [Fact]
    public async Task Unpacks_bodies()
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        var body = Gzip("""{"members":{"names":["a"]}}"""u8);
        Assert.Equal(200, (await node.SendBytesAsync("PUT", "/db/_security", body, "admin:pass", ["Content-Encoding: gzip"])).Status);
        var answer = await node.SendAsync("GET", "/db/_security");
        Assert.Equal("{\"members\":{\"names\":[\"a\"]}}\n", Encoding.UTF8.GetString(answer.Body));
    }

    [Fact]
    public async Task Refuses_bodies_that_are_too_large_packed_or_unpacked()
    {
        await using var node = await TestNode.StartAsync(("chttpd", "max_http_request_size", "1000"));
        await node.SendAsync("PUT", "/db");
        var fits = Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', 900) + "\"}");
        var exceeds = Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', 1000) + "\"}");
        Assert.Equal(200, (await node.SendBytesAsync("PUT", "/db/_security", fits, "admin:pass", [])).Status);
        var answer = await node.SendBytesAsync("PUT", "/db/_security", exceeds, "admin:pass", []);
        Assert.Equal(413, answer.Status);
        Assert.Equal("{\"error\":\"too_large\",\"reason\":\"the request entity is too large\"}\n", Encoding.UTF8.GetString(answer.Body));
        answer = await node.SendBytesAsync("PUT", "/db/_security", Gzip(exceeds), "admin:pass", ["Content-Encoding: gzip"]);
        Assert.Equal(413, answer.Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(-8)]
    [InlineData(-4)]
    [InlineData(-1)]
    public async Task Refuses_packed_bodies_that_are_cut_off(int end)
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        var body = Gzip("{\"x\":1}"u8);
        var answer = await node.SendBytesAsync("PUT", "/db/doc", body[..(end > 0 ? end : end < 0 ? body.Length + end : 0)], "admin:pass", ["Content-Encoding: gzip", .. Json]);
        Assert.Equal(
            "{\"error\":\"bad_request\",\"reason\":\"Request body is not properly gzipped.\"}\n",
            Encoding.UTF8.GetString(answer.Body));
        Assert.Equal(404, (await node.SendAsync("GET", "/db/doc")).Status);
    }

    [Fact]
    public async Task Refuses_half_a_surrogate_pair_in_a_name()
    {
        await using var node = await TestNode.StartAsync();
        var answer = await node.SendAsync("POST", "/_dbs_info", "{\"\\ud800\":1,\"keys\":[]}", "admin:pass", Json);
        Assert.Equal(400, answer.Status);
        Assert.Equal("{\"error\":\"bad_request\",\"reason\":\"invalid UTF-8 JSON\"}\n", Encoding.UTF8.GetString(answer.Body));
    }

    [Fact]
    public async Task Refuses_targets_that_are_too_long()
    {
        await using var node = await TestNode.StartAsync(("chttpd", "max_uri_length", "20"));
        Assert.Equal(200, (await node.SendAsync("GET", "/?x=" + new string('x', 16))).Status);
        Assert.Equal(414, (await node.SendAsync("GET", "/?x=" + new string('x', 17))).Status);
    }

    [Fact]
    public async Task A_body_of_ten_thousand_levels_is_no_trouble()
    {
        await using var node = await TestNode.StartAsync();
        var deep = "{\"keys\":[],\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}";
        Assert.Equal(200, (await node.SendAsync("POST", "/_dbs_info", deep, "admin:pass", Json)).Status);
    }

    [Fact]
    public async Task A_request_without_a_body_is_told_so()
    {
        await using var node = await TestNode.StartAsync();
        var text = await SendRawAsync(node, $"POST /_dbs_info HTTP/1.1\r\nHost: x\r\n{Credentials}Content-Type: application/json\r\nConnection: close\r\n\r\n");
        Assert.Contains("{\"error\":\"bad_request\",\"reason\":\"Missing request body\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NULs_in_targets_come_through_however_the_bytes_arrive()
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");

        // What looks like a request line with a NUL inside a body, or a header, stays as it is.
        const string Body = "{\"x\":\"\r\nGET /%00 HTTP/1.1\r\n%00\"}";
        var plain = Body.Replace("\r\n", "--", StringComparison.Ordinal);
        var text = await SendRawAsync(
            node,
            $"GET /%00a?x=%00 HTTP/1.1\r\nHost: x\r\n{Credentials}X-Couch-Request-ID: one\r\n\r\n"
            + $"PUT /db/_security HTTP/1.1\r\nHost: x\r\n{Credentials}Content-Length: {plain.Length}\r\n\r\n{plain}"
            + $"\r\nPUT /db%00%00b HTTP/1.1\r\nHost: x\r\n{Credentials}\r\n"
            + $"GET /db/_security HTTP/1.1\r\nHost: x\r\n{Credentials}Connection: close\r\n\r\n");
        var statuses = text.Split("HTTP/1.1 ")[1..].Select(static answer => answer[..3]);
        Assert.Equal(["404", "200", "400", "200"], statuses);
        Assert.Contains("Name: 'db\\u0000\\u0000b'", text, StringComparison.Ordinal);
        Assert.EndsWith(plain + "\n", text.TrimEnd('\r', '\n') + "\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_not_read_to_its_end_leaves_the_connection_usable()
    {
        await using var node = await TestNode.StartAsync(("chttpd", "max_http_request_size", "50"));
        await node.SendAsync("PUT", "/db");
        var large = new string('x', 100_000);
        var text = await SendRawAsync(
            node,
            $"PUT /db/_security HTTP/1.1\r\nHost: x\r\n{Credentials}Transfer-Encoding: chunked\r\n\r\n{large.Length:x}\r\n{large}\r\n0\r\n\r\n"
            + $"GET /db/_revs_limit HTTP/1.1\r\nHost: x\r\n{Credentials}Connection: close\r\n\r\n",
            pieces: 4096);
        Assert.Equal(["413", "200"], text.Split("HTTP/1.1 ")[1..].Select(static answer => answer[..3]));
    }

    /// <summary>Review, attack 19: a chunk of more bytes than the framework counts.</summary>
    [Theory]
    [InlineData("80000000")]
    [InlineData("100000000")]
    [InlineData("ffffffffffffffff")]
    public async Task A_chunk_of_too_many_bytes_is_too_large(string size)
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(node.Node.Address.Host, node.Node.Address.Port, TestContext.Current.CancellationToken);
        await client.Client.SendAsync(
            Encoding.ASCII.GetBytes($"PUT /db/_security HTTP/1.1\r\nHost: x\r\n{Credentials}Transfer-Encoding: chunked\r\n\r\n{size}\r\n"),
            TestContext.Current.CancellationToken);

        // Behind the answer the connection may be cut off: what was to follow is not read.
        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 413 ", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>Review, differences F13: they were question marks.</summary>
    [Fact]
    public async Task Types_of_attachments_and_entity_tags_are_UTF_8()
    {
        await using var node = await TestNode.StartAsync();
        await node.SendAsync("PUT", "/db");
        const string Document = """{"_rev":"1-ä","_attachments":{"a":{"content_type":"text/ü","data":"YQ=="}}}""";
        Assert.Equal(201, (await node.SendAsync("PUT", "/db/doc?new_edits=false", Document, "admin:pass", Json)).Status);
        var text = await SendRawAsync(
            node,
            $"GET /db/doc HTTP/1.1\r\nHost: x\r\n{Credentials}\r\nGET /db/doc/a HTTP/1.1\r\nHost: x\r\n{Credentials}Connection: close\r\n\r\n");
        Assert.Contains("ETag: \"1-ä\"\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/ü\r\n", text, StringComparison.Ordinal);
    }

    private static string Credentials => $"Authorization: Basic {Convert.ToBase64String("admin:pass"u8)}\r\n";

    private static async Task<string> SendRawAsync(TestNode node, string request, int pieces = 7)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(node.Node.Address.Host, node.Node.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var sending = Task.Run(
            async () =>
            {
                foreach (var piece in Encoding.Latin1.GetBytes(request).Chunk(pieces))
                {
                    await stream.WriteAsync(piece, TestContext.Current.CancellationToken);
                }
            },
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sending;
        return answer;
    }

    private static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
