using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudWall.Server.Tests.Replication;

/// <summary>A peer that repeats in its errors all that it was sent, until it is told to behave as an empty database.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Lock _gate = new();
    private readonly List<string> _heard = [];

    private EchoServer(WebApplication server) => _server = server;

    public Uri Address => new(_server.Urls.Single());

    /// <summary>Whether it answers as an empty database, whose changes one waits for.</summary>
    public bool Behaves { get; set; }

    /// <summary>What it was sent: target, headers and body of each request.</summary>
    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public static async Task<EchoServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        var server = new EchoServer(builder.Build());
        server._server.Run(server.AnswerAsync);
        await server._server.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(patience.Token);
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var heard = await HearAsync(context.Request);
        var path = context.Request.Path.Value!;
        if (path.EndsWith("/_session", StringComparison.Ordinal))
        {
            context.Response.Headers.SetCookie = "AuthSession=s3ssion-cookie; Path=/";
            await AnswerAsync(context, 200, "{\"ok\":true}");
        }
        else if (!Behaves)
        {
            await AnswerAsync(context, 500, $"{{\"error\":\"odd\",\"reason\":{JsonSerializer.Serialize("you sent " + heard)}}}");
        }
        else if (path.EndsWith("/_changes", StringComparison.Ordinal) && context.Request.Query["feed"] == "longpoll")
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        else if (path.Contains("/_local/", StringComparison.Ordinal))
        {
            var isWritten = context.Request.Method == "PUT";
            await AnswerAsync(context, isWritten ? 201 : 404, isWritten ? "{\"ok\":true,\"rev\":\"0-1\"}" : "{\"error\":\"not_found\",\"reason\":\"missing\"}");
        }
        else
        {
            await AnswerAsync(context, 200, """{"couchdb":"Welcome","update_seq":"0","instance_start_time":"0","doc_count":0,"doc_del_count":0,"results":[],"last_seq":"0","pending":0}""");
        }
    }

    /// <summary>Notes what came: all that the peer can know of us.</summary>
    private async Task<string> HearAsync(HttpRequest request)
    {
        using var body = new StreamReader(request.Body);
        var heard = new StringBuilder(request.Path).Append(' ');
        foreach (var (name, values) in request.Headers)
        {
            heard.Append(name).Append(": ").Append(values).Append(' ');
        }

        heard.Append(await body.ReadToEndAsync());
        lock (_gate)
        {
            _heard.Add(heard.ToString());

            // The password came in another request than the one that it is repeated to.
            return heard + string.Concat(_heard.Where(static said => said.Contains("password", StringComparison.Ordinal)));
        }
    }

    private static async Task AnswerAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }
}
