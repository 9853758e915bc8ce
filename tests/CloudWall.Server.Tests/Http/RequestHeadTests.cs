using System.Net.Sockets;
using System.Text;
using CloudWall.Server.Http;
using CsCheck;

namespace CloudWall.Server.Tests.Http;

/// <summary>Review, F13: heads that CouchDB answers and Kestrel refuses.</summary>
public sealed class RequestHeadTests
{
    private static readonly string[] Hosts = ["", "Host: \u00e9\r\n", "Host: a\r\n", "X: y\r\nhost:a b\r\n"];

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n", nameof(HeadLook.Fine))]
    [InlineData("GET / HTTP/1.1\r\nX: y\r\nhOsT:a.b-c_d:80\r\n\r\n", nameof(HeadLook.Fine))]
    [InlineData("\r\nGET / HTTP/1.1\nHost: [::1]:5984\n\n", nameof(HeadLook.Fine))]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\n\r\n", nameof(HeadLook.Fine))]
    [InlineData("", nameof(HeadLook.Partial))]
    [InlineData("GET / HTTP/1.1\r\n", nameof(HeadLook.Partial))]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nX: y\r\n", nameof(HeadLook.Partial))]
    [InlineData("GET / HTTP/1.1\r\nHost: a", nameof(HeadLook.Partial))]
    [InlineData("GET / HTTP/1.1\r\n\r\n", nameof(HeadLook.Odd))]
    [InlineData("GET / HTTP/1.1\n\n", nameof(HeadLook.Odd))]
    [InlineData("GET / HTTP/1.1\r\nHost: a b\r\n", nameof(HeadLook.Odd))]
    [InlineData("GET / HTTP/1.1\r\nHost: a:b\r\n", nameof(HeadLook.Odd))]
    [InlineData("GET / HTTP/1.1\r\nHost: [x]\r\n", nameof(HeadLook.Odd))]
    [InlineData("GET / HTTP/1.1\r\nHost: \u00e9\r\n", nameof(HeadLook.Odd))]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nHost: a\r\n", nameof(HeadLook.Odd))]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n", nameof(HeadLook.Odd))]
    public void Says_what_becomes_of_a_head(string head, string look) =>
        Assert.Equal(look, RequestHead.Look(Encoding.UTF8.GetBytes(head)).ToString());

    [Theory]
    [InlineData("GET /\u00e9?\u00fc HTTP/1.1\r\nHost: a\r\n\r\nbody", "GET /%C3%A9?%C3%BC HTTP/1.1\r\n", null, "Host: a\r\n\r\nbody")]
    [InlineData("GET /a%00b\0 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a%0\u007fb%0\u007f HTTP/1.1\r\n", null, "Host: a\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nX: y\r\n\r\nbody", "GET / HTTP/1.1\r\nHost:\r\n", null, "X: y\r\n\r\nbody")]
    [InlineData("GET /\u00e9 HTTP/1.1\r\nX: y\r\nHost: \u00e9 b \r\nZ: z\r\n\r\n", "GET /%C3%A9 HTTP/1.1\r\nX: y\r\nHost:\r\n", "\u00e9 b", "Z: z\r\n\r\n")]
    public void Makes_one_that_is_taken(string head, string mended, string? host, string rest)
    {
        var bytes = Encoding.UTF8.GetBytes(head);
        Assert.Equal(mended, Encoding.UTF8.GetString(RequestHead.Mend(bytes, out var length, out var found)));
        Assert.Equal((host, rest), (found, Encoding.UTF8.GetString(bytes[length..])));
    }

    [Fact]
    public void What_was_mended_is_fine() =>
        Gen.Byte.Array[0, 40].Select(Gen.Int[0, Hosts.Length - 1]).Sample((path, index) =>
        {
            byte[] head = [.. "GET /"u8, .. path.Where(static value => value is not (10 or 13)), .. " HTTP/1.1\r\n"u8, .. Encoding.UTF8.GetBytes(Hosts[index]), .. "\r\n"u8];
            if (RequestHead.Look(head) == HeadLook.Odd)
            {
                var mended = RequestHead.Mend(head, out var length, out _);
                byte[] whole = [.. mended, .. head[length..]];
                Assert.Equal(HeadLook.Fine, RequestHead.Look(whole));
                Assert.True(RequestTarget.TryParse(TargetOf(whole), plusIsSpace: true, out var target, out _) || path.Contains((byte)'%'));
                Assert.True(target is null || target.Raw.Length >= path.Length - path.Count(static value => value is 10 or 13));
            }
        });

    [Fact]
    public async Task They_are_answered()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);

        await AnswersAsync("PUT /db/\u00e9", "Host: x", "201", "Location: http://x/db/%C3%A9");
        await AnswersAsync("GET /db/\u00e9?revs=true", "Host: x", "200", "\"_id\":\"\u00e9\"");
        await AnswersAsync("GET /db/_all_docs?key=\"\u00e9\"", "Host: x", "200", "\"key\":\"\u00e9\"");
        await AnswersAsync("COPY /db/\u00e9", "Host: x\r\nDestination: \u00fc", "201", "\"id\":\"\u00fc\"");
        await AnswersAsync("PUT /db/a", null, "201", $"Location: http://{node.Node.Address.Authority}/db/a");
        await AnswersAsync("PUT /db/b", "X: y\r\nHost: a b", "201", "Location: http://a b/db/b");
        await AnswersAsync("PUT /db/c", "Host: a:b", "201", "Location: http://a:b/db/c");
        await AnswersAsync("PUT /db/d", "Host: ex\u00e4mple", "201", "Location: http://ex\u00e4mple/db/d");
        await AnswersAsync("PUT /db/e%00f", "Host: x", "201", "Location: http://x/db/e%00f");
        await AnswersAsync("GET http://other/db/a", "Host: x", "200", "\"_id\":\"a\"");
        await AnswersAsync("COPY /db/a", "Host: x\r\nDestination: \u00ff", "400", "illegal_docid", Encoding.Latin1);
        await AnswersAsync("GET /db/a", "Host: x\r\nX-Odd: \u00ff", "200", "\"_id\":\"a\"", Encoding.Latin1);

        async Task AnswersAsync(string request, string? headers, string status, string expected, Encoding? encoding = null)
        {
            var answer = await SendAsync(node, (encoding ?? Encoding.UTF8).GetBytes(Request(request, headers, request.StartsWith("PUT", StringComparison.Ordinal) ? "{}" : "")), int.MaxValue);
            Assert.StartsWith("HTTP/1.1 " + status, answer, StringComparison.Ordinal);
            Assert.Contains(expected, answer, StringComparison.Ordinal);
        }
    }

    /// <summary>Kestrel refuses these before there is a request; their answers say why all the same, and end the connection.</summary>
    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400", "bad_request")]
    [InlineData("PUT /db/a HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}", "400", "bad_request")]
    [InlineData("PUT /db/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n{}", "400", "bad_request")]
    [InlineData("PUT /db/a HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999999\r\n\r\n{}", "400", "bad_request")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "400", "bad_request")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", "400", "bad_request")]
    [InlineData("rubbish\r\n\r\n", "400", "bad_request")]
    [InlineData("GET / HTTP/9.1\r\nHost: a\r\n\r\n", "505", "http_version_not_supported")]
    [InlineData("GET /LONG HTTP/1.1\r\nHost: a\r\n\r\n", "414", "too_long")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: LONG\r\n\r\n", "431", "too_long")]
    public async Task Heads_that_are_refused_are_told_why(string head, string status, string error)
    {
        await using var node = await TestNode.StartAsync();
        var bytes = Encoding.ASCII.GetBytes(head.Replace("LONG", new string('x', 200_000), StringComparison.Ordinal));
        var fine = Encoding.ASCII.GetBytes(Request("GET /_all_dbs", "Host: x", "", close: false));

        foreach (var sent in (byte[][])[bytes, [.. fine, .. bytes]])
        {
            var answer = await SendAsync(node, sent, int.MaxValue, mayReset: true);
            var refusal = answer[answer.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal)..];
            var (top, body) = (refusal.Split("\r\n\r\n")[0], refusal.Split("\r\n\r\n")[1]);
            Assert.StartsWith("HTTP/1.1 " + status, top, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: application/json", top, StringComparison.Ordinal);
            Assert.Contains($"\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}", top, StringComparison.Ordinal);
            Assert.Contains("\r\nConnection: close", top, StringComparison.Ordinal);
            Assert.StartsWith($"{{\"error\":\"{error}\",\"reason\":\"", body, StringComparison.Ordinal);
        }
    }

    /// <summary>A client that ends its side of the connection after an answer has sent no head that would need another.</summary>
    [Fact]
    public async Task An_end_between_requests_is_no_malformed_head()
    {
        await using var node = await TestNode.StartAsync();
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(node.Node.Address.Host, node.Node.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = string.Empty;
        var bytes = new byte[4096];
        while (!answer.EndsWith("}\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(bytes, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, count);
            answer += Encoding.UTF8.GetString(bytes, 0, count);
        }

        client.Client.Shutdown(SocketShutdown.Send);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(0, await stream.ReadAsync(bytes, TestContext.Current.CancellationToken));
    }

    /// <summary>Bodies and requests behind a mended head stay whole, in whatever pieces they come.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task Pieces_do_not_matter(int size)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        var all = Request("PUT /db/\u00e9%00", null, "{\"a\":1}", close: false)
            + Request("PUT /db/b", "Host: \u00e9", "{\"b\":2}", close: false)
            + Request("GET /db/\u00e9%00", "Host: x", "", close: false)
            + Request("GET /db/b", null, "");

        var answer = await SendAsync(node, Encoding.UTF8.GetBytes(all), size);

        Assert.Equal(4, answer.Split("HTTP/1.1 20").Length - 1);
        Assert.Contains("\"a\":1", answer, StringComparison.Ordinal);
        Assert.Contains("\"b\":2", answer, StringComparison.Ordinal);
    }

    /// <summary>What was refused before its body was read does not make a head of that body.</summary>
    [Theory]
    [InlineData("Content-Length: 8", "GET / \r\n")]
    [InlineData("Transfer-Encoding: chunked", "8\r\nGET / \r\n\r\n0\r\n\r\n")]
    public async Task A_body_that_nobody_read_is_no_head(string framing, string body)
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(201, (await node.SendAsync("PUT", "/db")).Status);
        var all = $"PUT /db/a/_bad HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46cGFzcw==\r\n{framing}\r\n\r\n" + body
            + Request("PUT /db/\u00e9", "Host: a b", "{}");

        foreach (var size in (int[])[1, 50, int.MaxValue])
        {
            var answer = await SendAsync(node, Encoding.UTF8.GetBytes(all), size);

            Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
            Assert.Contains("prohibited", answer, StringComparison.Ordinal);
            Assert.Contains(size == 1 ? "HTTP/1.1 201" : "HTTP/1.1 409", answer, StringComparison.Ordinal);
        }
    }

    private static string Request(string line, string? headers, string body, bool close = true) =>
        $"{line} HTTP/1.1\r\n{(headers is null ? "" : headers + "\r\n")}Authorization: Basic YWRtaW46cGFzcw==\r\n"
        + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n{(close ? "Connection: close\r\n" : "")}\r\n{body}";

    private static string TargetOf(byte[] head) => Encoding.Latin1.GetString(head).Split('\r')[0][4..^9];

    private static async Task<string> SendAsync(TestNode node, byte[] bytes, int size, bool mayReset = false)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(node.Node.Address.Host, node.Node.Address.Port);
        var stream = client.GetStream();
        foreach (var piece in bytes.Chunk(Math.Min(size, bytes.Length)))
        {
            await stream.WriteAsync(piece);
        }

        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException) when (mayReset)
        {
            // The node does not read what follows a head that it has refused.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
