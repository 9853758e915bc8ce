using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Server.Tests.Golden.Checks;

public sealed class RawHttpClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_target_is_sent_as_it_stands()
    {
        var (_, requests) = await TalkAsync(["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], Get("/a%2Fb/../c//%zz?x=%20+{}"));

        Assert.StartsWith("GET /a%2Fb/../c//%zz?x=%20+{} HTTP/1.1\r\nHost: ", requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_is_kept_for_the_next_request()
    {
        const string Answer = "HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 5\r\n\r\nabcde";

        var (answers, _) = await TalkAsync([Answer, Answer], Get("/1"), Get("/2"));

        Assert.All(answers, answer => Assert.Equal("abcde", Encoding.UTF8.GetString(answer.Body)));
        Assert.All(answers, answer => Assert.Equal((201, "1\n2"), (answer.Status, answer.Headers["x-a"])));
    }

    [Fact]
    public async Task Chunks_are_put_together()
    {
        var (answers, _) = await TalkAsync(
            ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n"], Get("/"));

        Assert.Equal("abcde", Encoding.UTF8.GetString(answers[0].Body));
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", "")]
    [InlineData("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello")]
    public async Task The_answer_ends_where_it_says(string method, string answer, string body)
    {
        var (answers, _) = await TalkAsync([answer], Get("/") with { Method = method });

        Assert.Null(answers[0].Failure);
        Assert.Equal(body, Encoding.UTF8.GetString(answers[0].Body));
    }

    [Fact]
    public async Task An_answer_without_a_length_ends_with_the_connection()
    {
        var (answers, _) = await TalkAsync(["HTTP/1.1 200 OK\r\n\r\nhello"], closing: true, null, Get("/"));

        Assert.Equal("hello", Encoding.UTF8.GetString(answers[0].Body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n")]
    [InlineData("220 smtp\r\n\r\n")]
    public async Task A_broken_answer_is_a_failure(string answer)
    {
        var (answers, _) = await TalkAsync([answer], closing: true, null, Get("/"));

        Assert.NotNull(answers[0].Failure);
    }

    [Fact]
    public async Task A_feed_is_cut_off_by_its_stop_rule()
    {
        var (answers, _) = await TalkAsync(
            ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na\n\nb\r\n3\r\n\nc\n\r\n"],
            closing: false,
            new StopRule(Lines: 3, Newlines: 0, After: null),
            Get("/"));

        Assert.Null(answers[0].Failure);
        Assert.Equal("a\n\nb\nc\n", Encoding.UTF8.GetString(answers[0].Body));
    }

    [Fact]
    public async Task A_body_follows_its_length()
    {
        var (_, requests) = await TalkAsync(
            ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"], new HttpRequest("PUT", "/", new Dictionary<string, string> { ["x"] = "é" }, "12345"u8.ToArray()));

        Assert.EndsWith("\r\nx: é\r\nContent-Length: 5\r\n\r\n12345", requests[0], StringComparison.Ordinal);
    }

    private static HttpRequest Get(string target) => new("GET", target, new Dictionary<string, string>(), null);

    private static Task<(List<HttpAnswer> Answers, List<string> Requests)> TalkAsync(string[] script, params HttpRequest[] requests) =>
        TalkAsync(script, closing: false, null, requests);

    /// <summary>Sends the requests to a listener that takes one connection and gives the scripted answers on it.</summary>
    private static async Task<(List<HttpAnswer> Answers, List<string> Requests)> TalkAsync(
        string[] script, bool closing, StopRule? stop, params HttpRequest[] requests)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var host = listener.LocalEndpoint.ToString()!;
        using var client = new RawHttpClient(host);
        var answers = new List<HttpAnswer>();
        var heard = new List<string>();
        using var done = new CancellationTokenSource(Patience);

        async Task ServeAsync()
        {
            using var connection = await listener.AcceptTcpClientAsync(done.Token);
            foreach (var answer in script)
            {
                var buffer = new byte[4096];
                var length = await connection.GetStream().ReadAsync(buffer, done.Token);
                heard.Add(Encoding.UTF8.GetString(buffer, 0, length));
                await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer), done.Token);
            }

            if (!closing)
            {
                // The client hangs up, or is disposed of.
                Assert.Equal(0, await connection.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, done.Token));
            }
        }

        var serving = ServeAsync();
        foreach (var request in requests)
        {
            answers.Add(await client.SendAsync(request, Patience, stop));
        }

        client.Dispose();
        await serving;
        return (answers, heard);
    }
}
