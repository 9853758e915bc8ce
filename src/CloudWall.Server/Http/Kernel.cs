using CloudWall.Documents;
using CloudWall.Server.Logging;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudWall.Server.Http;

/// <summary>A request from its beginning to its end, whatever answers it, and what becomes of exceptions.</summary>
/// <param name="host">What all requests share.</param>
/// <param name="dispatcher">Has them answered.</param>
/// <param name="failures">Says what clients are told of failures.</param>
/// <param name="log">Has a line for each request.</param>
/// <param name="metrics">Counts them.</param>
internal sealed class Kernel(ExchangeHost host, Dispatcher dispatcher, Failures failures, RequestLog log, RequestMetrics metrics)
    : IHttpApplication<Exchange>
{
    /// <inheritdoc/>
    public Exchange CreateContext(IFeatureCollection contextFeatures) => new(host, new DefaultHttpContext(contextFeatures));

    /// <inheritdoc/>
    public void DisposeContext(Exchange context, Exception? exception)
    {
        metrics.Count(
            context.Context.Request.Method,
            context.Context.Response.StatusCode,
            context.Elapsed,
            aborted: exception is not null || context.Aborted.IsCancellationRequested);
        if (log.IsEnabled)
        {
            log.Request(context, exception is null ? "ok" : "aborted");
        }
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(Exchange context)
    {
        RequestHeads.Watch(context.Context);
        try
        {
            await dispatcher.AnswerAsync(context);
            while (context.TakeRewrite())
            {
                await dispatcher.DispatchAsync(context);
            }
        }
        catch (HeadAnsweredException)
        {
        }
        catch (Exception exception) when (Failures.IsOfAbsence(context, exception))
        {
            // The client has gone: nobody is left to be told, and it is no fault of ours.
            context.Context.Abort();
        }
        catch (Exception exception)
        {
            await FailAsync(context, failures.ExplainAny(context, exception));
        }
        finally
        {
            context.Release();
        }

        await context.FinishAsync();
    }

    private static async Task FailAsync(Exchange exchange, DocumentError error)
    {
        if (exchange.HasStarted)
        {
            // Half an answer is out. As CouchDB does, cut it off: an orderly end would pass for the whole.
            exchange.Context.Abort();
            return;
        }

        exchange.IsPlain = false;
        var cookie = exchange.Headers.SetCookie;
        var allow = exchange.Headers.Allow;
        exchange.Reset();
        if (error.Status == StatusCodes.Status405MethodNotAllowed)
        {
            exchange.Headers.Allow = allow;
        }

        exchange.Headers.SetCookie = cookie;
        if (error.Status == StatusCodes.Status401Unauthorized && Challenge(exchange) is { } challenge)
        {
            exchange.Headers.WWWAuthenticate = challenge;
        }

        if (error.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            exchange.Headers.RetryAfter = exchange.Settings.RetryAfter;
        }

        try
        {
            await exchange.WriteErrorAsync(error);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            exchange.Context.Abort();
        }
    }

    /// <summary>
    /// What has a browser ask for a name and a password: what the request wants, or the settings; null for none of them. As in CouchDB.
    /// </summary>
    private static string? Challenge(Exchange exchange)
    {
        var wanted = exchange.RequestHeaders["X-CouchDB-WWW-Authenticate"].ToString();
        return wanted.Length > 0 ? HeaderText.Clean(wanted)
            : exchange.Settings.Challenge is { Length: > 0 } usual ? usual
            : exchange.Settings.RequireValidUser ? "Basic realm=\"server\""
            : null;
    }
}
