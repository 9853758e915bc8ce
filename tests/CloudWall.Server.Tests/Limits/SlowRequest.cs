using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Server.Tests.Limits;

/// <summary>A request over a connection of its own, whose body is sent, and whose answer is read, when the test says so.</summary>
internal sealed class SlowRequest : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private SlowRequest(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    /// <summary>Sends the headers.</summary>
    public static async Task<SlowRequest> BeginAsync(NodeServer node, string line, params string[] headers)
    {
        var client = new TcpClient { ReceiveBufferSize = 16 * 1024 };
        await client.ConnectAsync(node.Address.Host, node.Address.Port);
        return await BeginAsync(client, line, headers);
    }

    /// <summary>Sends the headers from one of this machine's own addresses.</summary>
    public static async Task<SlowRequest> BeginAsync(int port, string from, string line)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(IPAddress.Loopback, port);
        return await BeginAsync(client, line);
    }

    private static async Task<SlowRequest> BeginAsync(TcpClient client, string line, params string[] headers)
    {
        var request = new SlowRequest(client);
        var credentials = Convert.ToBase64String("admin:pass"u8);
        await request.SendAsync(
            $"{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {credentials}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");
        return request;
    }

    /// <summary>Sends the headers of a request with a JSON body that is still to be sent.</summary>
    public static Task<SlowRequest> BeginJsonAsync(NodeServer node, string method, string path, int length) => BeginAsync(
        node,
        method + " " + path,
        "Content-Type: application/json",
        "Content-Length: " + length.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits until something has come to pass, which nothing else tells of.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    public ValueTask SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads the answer's headers and a body of known length.</summary>
    public async Task<(int Status, string Text)> ReadAnswerAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var length = -1;
        while (length < 0 || text.Length < length)
        {
            text.Append(await ReadAsync(patience.Token));
            var end = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                const string Name = "Content-Length: ";
                var all = text.ToString();
                var at = all.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
                length = end + 4 + int.Parse(all.AsSpan(at, all.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
            }
        }

        return (int.Parse(text.ToString(9, 3), CultureInfo.InvariantCulture), text.ToString());
    }

    /// <summary>Reads on until a text has come.</summary>
    public async Task<string> ReadToAsync(string wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        for (var end = string.Empty; !end.Contains(wanted, StringComparison.Ordinal);)
        {
            // Only what has just come is looked at, with what may have come of the text before.
            var piece = await ReadAsync(patience.Token);
            text.Append(piece);
            end = text.ToString(Math.Max(0, text.Length - piece.Length - wanted.Length), Math.Min(text.Length, piece.Length + wanted.Length));
        }

        return text.ToString();
    }

    /// <summary>Reads on until the connection ends, one way or the other.</summary>
    public async Task ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _stream.ReadAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        var count = await _stream.ReadAsync(buffer, cancellation);
        return count > 0 ? Encoding.UTF8.GetString(buffer, 0, count) : throw new EndOfStreamException();
    }
}
