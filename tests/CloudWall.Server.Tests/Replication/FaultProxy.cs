using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace CloudWall.Server.Tests.Replication;

/// <summary>Stands before a node and does to requests and answers what networks and proxies do, by a seed.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly HttpClient _client;
    private readonly Uri _server;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly double _rate;
    private volatile bool _behaves;

    private FaultProxy(WebApplication application, Uri server, int seed, double rate)
    {
        _application = application;
        _server = server;
        _random = new Random(seed);
        _rate = rate;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>How often each fault has been there.</summary>
    public SortedDictionary<Fault, int> Seen { get; } = [];

    /// <summary>How many requests have come.</summary>
    public int Carried
    {
        get
        {
            lock (_gate)
            {
                return Seen.Values.Sum();
            }
        }
    }

    public static async Task<FaultProxy> StartAsync(Uri server, int seed, double rate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinResponseDataRate = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Listen(System.Net.IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        var proxy = new FaultProxy(application, server, seed, rate);
        application.Run(proxy.HandleAsync);
        await application.StartAsync();
        proxy.Address = new Uri(application.Urls.Single());
        return proxy;
    }

    /// <summary>From now on it only carries.</summary>
    public void Behave() => _behaves = true;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var (fault, place, status) = Draw();
        try
        {
            switch (fault)
            {
                case Fault.Delay:
                    await Task.Delay(TimeSpan.FromMilliseconds(150 * place), context.RequestAborted);
                    break;
                case Fault.Refuse:
                    context.Response.StatusCode = status;
                    if (place < 0.5)
                    {
                        context.Response.Headers.RetryAfter = "0";
                    }

                    await context.Response.WriteAsync(place < 0.7 ? "<html>Bad day</html>" : "{\"error\":\"bad\",\"reason\":\"day\"}", context.RequestAborted);
                    return;
                case Fault.CutBefore:
                    context.Abort();
                    return;
            }

            using var request = Request(context);
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            if (fault == Fault.CutAfter)
            {
                context.Abort();
                return;
            }

            await CarryAsync(context, answer, fault, place);
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }

    private (Fault Fault, double Place, int Status) Draw()
    {
        lock (_gate)
        {
            var fault = _behaves || _random.NextDouble() >= _rate ? Fault.None : (Fault)_random.Next(1, (int)Fault.Last + 1);
            Seen[fault] = Seen.GetValueOrDefault(fault) + 1;
            return (fault, _random.NextDouble(), _random.GetItems([429, 500, 502, 503], 1)[0]);
        }
    }

    private HttpRequestMessage Request(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, target));
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is not ("Host" or "Connection" or "Transfer-Encoding" or "Expect") && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return request;
    }

    private static async Task CarryAsync(HttpContext context, HttpResponseMessage answer, Fault fault, double place)
    {
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Date" or "Server"))
            {
                response.Headers[name] = values.ToArray();
            }
        }

        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        if (fault is Fault.None or Fault.Delay || context.Request.Method == "HEAD")
        {
            await body.CopyToAsync(response.Body, context.RequestAborted);
            return;
        }

        // What is done to an answer happens after some of it, as far as it comes at once.
        var buffer = new byte[1 << 16];
        var length = await body.ReadAsync(buffer, context.RequestAborted);
        var at = (int)(length * place);
        switch (fault)
        {
            case Fault.Truncate:
                await response.Body.WriteAsync(buffer.AsMemory(0, at), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return;
            case Fault.End:
                // An end in good order, too early: only what is inside can tell.
                response.Headers.ContentLength = null;
                await response.Body.WriteAsync(buffer.AsMemory(0, at), context.RequestAborted);
                return;
            case Fault.Garble:
                // A control character is no part of any JSON, inside strings or out.
                if (length > 0)
                {
                    buffer[at] = buffer[at] == 1 ? (byte)2 : (byte)1;
                }

                await response.Body.WriteAsync(buffer.AsMemory(0, length), context.RequestAborted);
                await body.CopyToAsync(response.Body, context.RequestAborted);
                return;
            default:
                await response.Body.WriteAsync(buffer.AsMemory(0, at), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                return;
        }
    }
}
