using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CloudWall.Server.Tests.Replication;

/// <summary>
/// Stands between two nodes and does what networks and gateways do: late answers, lost requests, lost and cut answers, answers of its own,
/// bodies that are too short or garbled, transfers that stall. What it does next comes from a seed.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private static readonly int[] Refusals = [429, 500, 502, 503];
    private readonly WebApplication _server;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private readonly Uri _behind;
    private readonly Random _random;
    private readonly double _share;
    private readonly Lock _gate = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _faults;

    private FaultProxy(Uri behind, int seed, double share, WebApplication server)
    {
        _behind = behind;
        _random = new Random(seed);
        _share = share;
        _server = server;
    }

    private enum Fault
    {
        None,
        Late,
        Refused,
        RequestLost,
        RequestGarbled,
        AnswerLost,
        AnswerCut,
        AnswerShort,
        AnswerGarbled,
        AnswerStalls,
    }

    /// <summary>Whether all that comes is passed on as it is.</summary>
    public bool Behaves { get; set; }

    /// <summary>Which answers are always garbled in their middle, whatever else it does.</summary>
    public Func<HttpRequest, bool> Garbles { get; set; } = static _ => false;

    /// <summary>How often it did not behave.</summary>
    public int Faults => Volatile.Read(ref _faults);

    public Uri Address => new(_server.Urls.Single());

    /// <summary>Ends with the next request that comes.</summary>
    public Task NextRequest
    {
        get
        {
            lock (_gate)
            {
                return _next.Task;
            }
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="behind">The node behind it.</param>
    /// <param name="seed">Decides what it does.</param>
    /// <param name="share">What share of the requests meets a fault.</param>
    public static async Task<FaultProxy> StartAsync(Uri behind, int seed, double share)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
        });
        var proxy = new FaultProxy(behind, seed, share, builder.Build());
        proxy._server.Run(proxy.PassAsync);
        await proxy._server.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(patience.Token);
        await _server.DisposeAsync();
        _client.Dispose();
    }

    private (Fault Fault, double Where, int Refusal) Draw()
    {
        lock (_gate)
        {
            _next.TrySetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var strikes = _random.NextDouble() < _share;
            var fault = (Fault)_random.Next(1, (int)Fault.AnswerStalls + 1);
            var where = _random.NextDouble();
            var refusal = Refusals[_random.Next(Refusals.Length)];
            if (Behaves || !strikes)
            {
                return (Fault.None, where, refusal);
            }

            _faults++;
            return (fault, where, refusal);
        }
    }

    private async Task PassAsync(HttpContext context)
    {
        var (fault, where, refusal) = Garbles(context.Request) ? (Fault.AnswerGarbled, 0.5, 0) : Draw();
        try
        {
            switch (fault)
            {
                case Fault.Refused:
                    context.Response.StatusCode = refusal;
                    await context.Response.WriteAsync("<html>not now</html>");
                    return;
                case Fault.RequestLost:
                    await context.Request.Body.ReadAtLeastAsync(new byte[64], 64, throwOnEndOfStream: false, context.RequestAborted);
                    context.Abort();
                    return;
                case Fault.Late:
                    await Task.Delay(TimeSpan.FromMilliseconds(300 * where), context.RequestAborted);
                    break;
            }

            using var answer = await ForwardAsync(context, fault == Fault.RequestGarbled, where);
            if (fault == Fault.AnswerLost)
            {
                context.Abort();
                return;
            }

            await AnswerAsync(context, answer, fault, where);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or HttpRequestException or BadHttpRequestException)
        {
            context.Abort();
        }
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context, bool garbles, double where)
    {
        // The path goes out as it came, escapes and all.
        var target = _behind.ToString().TrimEnd('/') + context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method), new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody)
        {
            request.Content = garbles ? await GarbledAsync(context, where) : new StreamContent(context.Request.Body);
        }

        foreach (var (name, value) in context.Request.Headers.Where(static header => header.Key is not ("Host" or "Connection" or "Expect" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value.ToArray());
            }
        }

        return await _client.SendAsync(request, context.RequestAborted);
    }

    private static async Task<HttpContent> GarbledAsync(HttpContext context, double where)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        Garble(bytes, where);
        return new ByteArrayContent(bytes);
    }

    /// <summary>Puts bytes in that JSON has neither in texts nor between them.</summary>
    private static void Garble(byte[] bytes, double where)
    {
        var at = (int)(bytes.Length * where);
        bytes.AsSpan(at, Math.Min(8, bytes.Length - at)).Fill((byte)(where < 0.5 ? 1 : 0xff));
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer, Fault fault, double where)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(static header => header.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (fault is Fault.None or Fault.Late or Fault.RequestGarbled)
        {
            await PourAsync(context, await answer.Content.ReadAsStreamAsync(context.RequestAborted));
            return;
        }

        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        var at = (int)(body.Length * where);
        switch (fault)
        {
            case Fault.AnswerShort:
                context.Response.ContentLength = null;
                await context.Response.Body.WriteAsync(body.AsMemory(0, at), context.RequestAborted);
                break;
            case Fault.AnswerGarbled:
                Garble(body, where);
                await context.Response.Body.WriteAsync(body, context.RequestAborted);
                break;
            default:
                await context.Response.Body.WriteAsync(body.AsMemory(0, at), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                if (fault == Fault.AnswerStalls)
                {
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                }

                context.Abort();
                break;
        }
    }

    private static async Task PourAsync(HttpContext context, Stream body)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
