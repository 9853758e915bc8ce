using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Load.Http;

/// <summary>
/// A peer whose answers never end: a string of a feed, a document, its list of attachments, a name of a document, the description of a
/// database, headers; or a document with very many small attachments, which do end. It is there for nodes that replicate from it.
/// </summary>
internal sealed class EndlessPeer : IAsyncDisposable
{
    private const int Thumbnails = 5000;

    private static readonly byte[] More = Encoding.ASCII.GetBytes(new string('a', 64 << 10));
    private static readonly byte[] MoreAttachments = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\"a\":{\"stub\":true},", 3000)));

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _running;
    private readonly string _kind;

    private EndlessPeer(string kind)
    {
        _kind = kind;
        _listener.Start();
        _running = AcceptAsync();
    }

    /// <summary>What can be endless.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["description", "headers", "feed", "document", "attachments", "thumbnails", "checkpoint"];

    /// <summary>Bytes that it has sent.</summary>
    public long Sent { get; private set; }

    /// <summary>The URL of its database.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/endless";

    /// <summary>Starts one.</summary>
    public static EndlessPeer Start(string kind) => new(kind);

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        try
        {
            await _running;
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // That is how it ends.
        }

        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_ended.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[64 << 10];
                while (await ReadHeadAsync(socket, buffer) is { } head)
                {
                    await AnswerAsync(socket, head);
                }
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
                // The node has hung up, as it should.
            }
        }
    }

    /// <returns>The request line; null when the node has hung up.</returns>
    private async Task<string?> ReadHeadAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), _ended.Token);
            if (read == 0)
            {
                return null;
            }

            length += read;
        }

        return Encoding.ASCII.GetString(buffer, 0, buffer.AsSpan(0, length).IndexOf("\r\n"u8));
    }

    private Task AnswerAsync(Socket socket, string request)
    {
        const string Rows = """{"results":[{"seq":"1-a","id":"a","changes":[{"rev":"1-967a00dff5e02add41819138abb3284d"}]}],"last_seq":"1-a","pending":0}""";
        return request switch
        {
            _ when request.Contains("/_changes", StringComparison.Ordinal) => _kind == "feed" ? PourAsync(socket, "{\"results\":[{\"seq\":\"") : WholeAsync(socket, 200, Rows),
            _ when request.Contains("/_local/", StringComparison.Ordinal) => _kind == "checkpoint" ? PourAsync(socket, "{\"_id\":\"") : WholeAsync(socket, 404, """{"error":"not_found","reason":"missing"}"""),
            _ when request.Contains("/endless/a/", StringComparison.Ordinal) => WholeAsync(socket, 200, new string('a', 100_000)),
            _ when _kind == "thumbnails" && request.Contains("/_bulk_get", StringComparison.Ordinal) =>
                WholeAsync(socket, 200, "{\"results\":[{\"id\":\"a\",\"docs\":[{\"ok\":" + Album() + "}]}]}"),
            _ when _kind == "attachments" && request.Contains("/_bulk_get", StringComparison.Ordinal) =>
                PourAsync(socket, "{\"results\":[{\"id\":\"a\",\"docs\":[{\"ok\":{\"_id\":\"a\",\"_attachments\":{", MoreAttachments),
            _ when request.Contains("/_bulk_get", StringComparison.Ordinal) || request.Contains("/endless/a", StringComparison.Ordinal) =>
                PourAsync(socket, "{\"results\":[{\"id\":\"a\",\"docs\":[{\"ok\":{\"_id\":\"a\",\"x\":\""),
            _ when _kind == "headers" => PourAsync(socket, null),
            _ when _kind == "description" => PourAsync(socket, "{\"db_name\":\""),
            _ => WholeAsync(socket, 200, """{"db_name":"endless","update_seq":"1-a","instance_start_time":"0","couchdb":"Welcome","version":"3.5.0"}"""),
        };
    }

    private static string Album() => "{\"_id\":\"a\",\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",\"_attachments\":{"
        + string.Join(',', Enumerable.Range(0, Thumbnails).Select(static i => $"\"{i}\":{{\"stub\":true,\"content_type\":\"image/png\",\"length\":100000}}"))
        + "}}";

    private async Task WholeAsync(Socket socket, int status, string body) => await SendAsync(
        socket, Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    /// <summary>Begins an answer, or a header of it, and goes on until the node hangs up.</summary>
    private async Task PourAsync(Socket socket, string? begin, byte[]? more = null)
    {
        await SendAsync(socket, Encoding.ASCII.GetBytes("HTTP/1.1 200 Answer\r\nContent-Type: application/json\r\n" + (begin is null ? "X-Endless: " : "\r\n" + begin)));
        while (true)
        {
            await SendAsync(socket, more ?? More);
        }
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var sent = await socket.SendAsync(bytes, SocketFlags.None, _ended.Token);
            Sent += sent;
            bytes = bytes[sent..];
        }
    }
}
