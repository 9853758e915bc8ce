using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>
/// A small HTTP/1.1 client that sends a target as it stands: other clients resolve <c>..</c>, repair escapes and decode <c>%2F</c>.
/// It keeps a connection for the next request where the answer allows it.
/// </summary>
internal sealed class RawHttpClient(string host) : IDisposable
{
    private RawConnection? _idle;

    /// <summary>Sends a request and reads its answer, which must be complete within the time given or reach the stop rule.</summary>
    public async Task<HttpAnswer> SendAsync(HttpRequest request, TimeSpan timeout, StopRule? stop = null)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new CancellationTokenSource(stop?.After is { } after && after < timeout ? after : timeout);
        var connection = Interlocked.Exchange(ref _idle, null);
        if (connection is { IsQuiet: false })
        {
            connection.Dispose();
            connection = null;
        }

        var body = new MemoryStream();
        AnswerHead? head = null;
        var sending = Task.CompletedTask;
        try
        {
            connection ??= await RawConnection.OpenAsync(host, timer.Token);
            sending = connection.SendAsync(Head(request), request.Body, timer.Token);
            head = await connection.ReadHeadAsync(timer.Token);
            var complete = await connection.ReadBodyAsync(head, request.Method, body, stop, timer.Token);
            if (complete && head.KeepsAlive && sending.IsCompletedSuccessfully)
            {
                Interlocked.Exchange(ref _idle, connection)?.Dispose();
                connection = null;
            }

            return new HttpAnswer(head.Status, head.Headers, body.ToArray(), clock.Elapsed);
        }
        catch (OperationCanceledException) when (stop?.After is not null && head is not null)
        {
            return new HttpAnswer(head.Status, head.Headers, body.ToArray(), clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            return HttpAnswer.Failed($"no complete answer within {clock.Elapsed.TotalSeconds:0.0} s", clock.Elapsed);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return HttpAnswer.Failed(
                head is null ? "no answer: " + exception.Message : "the connection ended before the answer: " + exception.Message, clock.Elapsed);
        }
        catch (FormatException exception)
        {
            return HttpAnswer.Failed("not HTTP: " + exception.Message, clock.Elapsed);
        }
        finally
        {
            connection?.Dispose();
            await IgnoreFailureAsync(sending);
        }
    }

    public void Dispose() => Interlocked.Exchange(ref _idle, null)?.Dispose();

    private byte[] Head(HttpRequest request)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Target} HTTP/1.1\r\nHost: {host}\r\n");
        foreach (var (name, value) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (request.Body is not null || request.Method is not ("GET" or "HEAD" or "DELETE" or "OPTIONS"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Body?.Length ?? 0}\r\n");
        }

        return Encoding.UTF8.GetBytes(head.Append("\r\n").ToString());
    }

    // A server may answer, and close, before it has read a body that it refuses.
    private static async Task IgnoreFailureAsync(Task sending)
    {
        try
        {
            await sending;
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Debug.WriteLine(exception.Message);
        }
    }
}

/// <summary>Status and headers of an answer.</summary>
internal sealed record AnswerHead(int Status, IReadOnlyDictionary<string, string> Headers)
{
    public bool IsChunked => Headers.GetValueOrDefault("transfer-encoding", "").Contains("chunked", StringComparison.OrdinalIgnoreCase);

    public long? ContentLength => Headers.TryGetValue("content-length", out var text)
        ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
        : null;

    /// <summary>
    /// Whether another answer can be told from this one. CouchDB sends more than one last chunk where a list function or an
    /// eventsource ends, so this is only said of answers with a length.
    /// </summary>
    public bool KeepsAlive => !IsChunked && (ContentLength is not null || Status is 204 or 304)
        && !Headers.GetValueOrDefault("connection", "").Contains("close", StringComparison.OrdinalIgnoreCase);
}
