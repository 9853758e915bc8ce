using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Crash.Tests;

/// <summary>
/// Review, attack 10: more connections than the system lets the node have files are refused in order, and take nothing from the stores.
/// </summary>
public sealed class FileLimitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(256, 300, 10)]
    [InlineData(1024, 1100, 450)]
    public async Task A_crowd_is_refused_and_the_node_goes_on(int files, int crowd, int room)
    {
        using var directory = new TemporaryDirectory();
        var port = NodeProcess.FreePort();
        await using var node = await NodeProcess.StartAsync(
            directory.Path, port: port, more: "[cloudwall]\nmax_connections_per_address = 10000\n", files: files);
        Assert.False(node.HasExited);

        // The admin's own connection is there before the crowd.
        await AssertAnsweredAsync(node.Client.PutAsync("db", null, TestContext.Current.CancellationToken), HttpStatusCode.Created);
        var idle = new List<TcpClient>();
        var (served, told, ended) = (0, 0, 0);
        try
        {
            for (var i = 0; i < crowd; i++)
            {
                var client = new TcpClient();
                idle.Add(client);
                switch (await AskAsync(client, port))
                {
                    case "200":
                        served++;
                        break;
                    case "503":
                        told++;
                        break;
                    default:
                        ended++;
                        break;
                }
            }

            Assert.False(node.HasExited);
            Assert.True(served >= room, $"{served} were served, {told} told to come back, {ended} just ended.");
            Assert.True(told + ended >= crowd - files, $"{served} were served.");
            Assert.True(told > 0);
            await UseAsync(node.Client);
        }
        finally
        {
            idle.ForEach(static client => client.Dispose());
        }

        // When they have gone there is room again.
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var next = new TcpClient();
            if (await AskAsync(next, port) == "200")
            {
                break;
            }

            await Task.Delay(20, patience.Token);
        }

        Assert.Equal(0, await node.StopAsync());
        Assert.DoesNotContain("oo many open files", await node.Errors, StringComparison.Ordinal);
    }

    /// <summary>With too few files parts of the program could not be loaded: it says so instead, and touches no data.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(110)]
    [InlineData(239)]
    public async Task Fewer_files_than_a_node_needs_are_refused_in_one_sentence(int files)
    {
        using var directory = new TemporaryDirectory();
        await using var node = await NodeProcess.StartAsync(directory.Path, files: files);
        Assert.True(node.HasExited);
        Assert.Equal(1, await node.StopAsync());
        Assert.Equal(
            $"The system lets CloudWall open no more than {files} files, and it needs 240: raise the limit (ulimit -n).",
            (await node.Errors).TrimEnd());
        Assert.False(Directory.Exists(directory.Path));
    }

    [Fact]
    public async Task As_many_files_as_a_node_needs_are_enough()
    {
        using var directory = new TemporaryDirectory();
        await using var node = await NodeProcess.StartAsync(directory.Path, files: 240);
        await AssertAnsweredAsync(node.Client.PutAsync("db", null, TestContext.Current.CancellationToken), HttpStatusCode.Created);
        await UseAsync(node.Client);
        Assert.Equal(0, await node.StopAsync());
        Assert.DoesNotContain("oo many open files", await node.Errors, StringComparison.Ordinal);
    }

    /// <summary>What opens files: writes that fill tables, attachments, a view, compaction, functions, another database.</summary>
    private static async Task UseAsync(HttpClient client)
    {
        const string Design =
            """
            {"views":{"all":{"map":"function(doc) { emit(doc._id); }","reduce":"_count"}},"shows":{"x":"function() { return 'x'; }"}}
            """;
        await AssertAnsweredAsync(client.PutAsync("db/_design/d", Json(Design)), HttpStatusCode.Created);
        for (var i = 0; i < 10; i++)
        {
            var docs = string.Join(',', Enumerable.Range(0, 100).Select(j => $$"""{"_id":"{{i}}-{{j}}","text":"{{new string('x', 2000)}}"}"""));
            await AssertAnsweredAsync(client.PostAsync("db/_bulk_docs", Json($$"""{"docs":[{{docs}}]}""")), HttpStatusCode.Created);
        }

        await AssertAnsweredAsync(client.PutAsync("db/a/file", new ByteArrayContent(new byte[1_000_000])), HttpStatusCode.Created);
        await AssertAnsweredAsync(client.GetAsync("db/_design/d/_view/all"), HttpStatusCode.OK);
        await AssertAnsweredAsync(client.GetAsync("db/_design/d/_show/x"), HttpStatusCode.OK);
        await AssertAnsweredAsync(client.PostAsync("db/_compact", Json("{}")), HttpStatusCode.Accepted);
        await AssertAnsweredAsync(client.PutAsync("other", null), HttpStatusCode.Created);
        await AssertAnsweredAsync(
            client.PostAsJsonAsync("_replicate", new { source = "db", target = "other" }), HttpStatusCode.OK);
        await AssertAnsweredAsync(client.GetAsync("other/_all_docs?include_docs=true"), HttpStatusCode.OK);
    }

    private static async Task AssertAnsweredAsync(Task<HttpResponseMessage> asking, HttpStatusCode status)
    {
        using var answer = await asking;
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Asks over a new connection, which stays open.</summary>
    /// <returns>The status; empty where the connection was ended without one.</returns>
    private static async Task<string> AskAsync(TcpClient client, int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            var stream = client.GetStream();
            await stream.WriteAsync("GET /_up HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), patience.Token);
            var head = new byte[12];
            await stream.ReadExactlyAsync(head, patience.Token);
            return Encoding.ASCII.GetString(head, 9, 3);
        }
        catch (Exception ended) when (ended is IOException or SocketException)
        {
            return string.Empty;
        }
    }
}
