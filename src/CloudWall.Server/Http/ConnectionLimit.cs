using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using CloudWall.Server.Configuration;
using Microsoft.AspNetCore.Connections;

namespace CloudWall.Server.Http;

/// <summary>
/// Counts connections. One more than there may be is told so (503 and <c>Retry-After</c>) whatever it asks, and ended; where a crowd of
/// them comes at once, most are just ended.
/// </summary>
internal sealed class ConnectionLimit
{
    private const int MostAnswered = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly int _most;
    private readonly TimeProvider _time;
    private readonly byte[] _answer;
    private int _open;
    private int _refusing;

    /// <summary>A limit with no connection open.</summary>
    public ConnectionLimit(NodeSettings settings, TimeProvider time)
    {
        _most = settings.MaxConnections;
        _time = time;
        const string Body = "{\"error\":\"service unavailable\",\"reason\":\"Too many connections are open; try again later.\"}\n";
        _answer = Encoding.ASCII.GetBytes(
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
            + Body.Length.ToString(CultureInfo.InvariantCulture)
            + "\r\nRetry-After: " + settings.RetryAfter
            + "\r\nServer: " + Node.ServerHeader
            + "\r\n\r\n" + Body);
    }

    /// <summary>How many are open.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The connection middleware.</summary>
    public ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        if (Interlocked.Increment(ref _open) > _most)
        {
            Interlocked.Decrement(ref _open);
            await RefuseAsync(connection);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    private async Task RefuseAsync(ConnectionContext connection)
    {
        var answered = Interlocked.Increment(ref _refusing) <= MostAnswered;
        try
        {
            if (answered)
            {
                using var patience = new CancellationTokenSource(Patience, _time);
                await AnswerAsync(connection.Transport, patience.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // Gone, or too slow to be waited for.
        }
        finally
        {
            Interlocked.Decrement(ref _refusing);
            connection.Abort();
        }
    }

    /// <summary>Answers, and waits until the client has hung up: the answer could be lost if we did while it is still sending.</summary>
    private async Task AnswerAsync(IDuplexPipe transport, CancellationToken patience)
    {
        var read = await transport.Input.ReadAsync(patience);
        transport.Input.AdvanceTo(read.Buffer.End);
        await transport.Output.WriteAsync(_answer, patience);
        while (!read.IsCompleted)
        {
            read = await transport.Input.ReadAsync(patience);
            transport.Input.AdvanceTo(read.Buffer.End);
        }
    }
}
