using System.Text.Json;
using CloudWall.Access;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Node.Logging;
using CloudWall.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CloudWall.Server.Http;

/// <summary>
/// A request's way: target, CORS, who asks, route, may they, database, method, endpoint; and what becomes of exceptions.
/// </summary>
internal sealed class Kernel(NodeServer node, RouteTable routes) : IHttpApplication<Exchange>
{
    /// <inheritdoc/>
    public Exchange CreateContext(IFeatureCollection contextFeatures) => new(node, new DefaultHttpContext(contextFeatures));

    /// <inheritdoc/>
    public void DisposeContext(Exchange context, Exception? exception)
    {
        node.Metrics.Count(
            context.Context.Request.Method,
            context.Context.Response.StatusCode,
            context.Elapsed,
            aborted: exception is not null || context.Aborted.IsCancellationRequested);
        if (node.Node.Log.IsEnabled(LogLevel.Notice))
        {
            node.RequestLog.Request(context, exception is null ? "ok" : "aborted");
        }
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(Exchange context)
    {
        RequestHeads.Watch(context.Context);
        try
        {
            await AnswerAsync(context);
        }
        catch (HeadAnsweredException)
        {
        }
        catch (Exception exception) when (HasGone(context, exception))
        {
            // The client has gone: nobody is left to be told, and it is no fault of ours.
            context.Context.Abort();
        }
        catch (Exception exception)
        {
            await FailAsync(context, exception);
        }
        finally
        {
            context.ReleaseBody();
            context.ReleaseMemory();

            // What is taken in pieces never holds much, and leaves as much behind in the heaps as if it had.
            node.Node.MemoryReturn.Note(context.BodyTaken);
        }

        await context.FinishAsync();
    }

    /// <summary>
    /// Whether an exception is what comes of a client's hanging up. Who writes may see that before the token does. A failure of the disk,
    /// or a defect, is none of it, whoever is left to be told.
    /// </summary>
    private static bool HasGone(Exchange exchange, Exception exception) => exception switch
    {
        ConnectionAbortedException or ConnectionResetException => true,
        OperationCanceledException cancelled => cancelled.CancellationToken == exchange.Aborted || exchange.Aborted.IsCancellationRequested,
        StorageException => false,
        IOException or DocumentException or JsonException => exchange.Aborted.IsCancellationRequested,
        _ => false,
    };

    /// <summary>What the client is told of a failure; null of one that is a defect.</summary>
    public DocumentError? ErrorOf(Exception exception) => exception switch
    {
        DocumentException refusal => refusal.Error,
        JsonException => HttpErrors.InvalidJson().Error,
        OperationCanceledException when node.Node.Stopping.IsCancellationRequested => DatabaseErrors.Stopping,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => HttpErrors.BodyTooLarge,
        StorageException { IsOfDamagedDerived: true } => HttpErrors.DamagedIndex,
        StorageException failed => failed.Fault switch
        {
            StorageFault.DiskFull => HttpErrors.DiskFull,
            StorageFault.Damaged => HttpErrors.Damaged,
            _ => HttpErrors.DiskFailed,
        },

        // A chunk of more bytes than the framework can count.
        IOException { InnerException: OverflowException } => HttpErrors.BodyTooLarge,
        BadHttpRequestException bad => new DocumentError(bad.StatusCode, "bad_request", bad.Message),
        _ => null,
    };

    private Task AnswerAsync(Exchange exchange)
    {
        if (exchange.RawTarget.Length > node.Settings.MaxUriLength)
        {
            throw new DocumentException(HttpErrors.TargetTooLong);
        }

        if (exchange.TargetError is { } error)
        {
            throw new DocumentException(error);
        }

        if (node.VirtualHosts.Find(exchange) is { } meant)
        {
            exchange.Become(meant.Target, meant.Requested);
        }

        if (exchange.Method == "OPTIONS" && node.Cors.TryPreflight(exchange.RequestHeaders, exchange.Headers))
        {
            exchange.IsPreflight = true;
            return exchange.WriteEmptyAsync(StatusCodes.Status204NoContent);
        }

        var authentication = node.Authenticator.AuthenticateAsync(
            exchange.RequestHeaders.Authorization.ToString(), isGreeting: exchange.Target.Count == 0, exchange.Aborted);
        return authentication.IsCompletedSuccessfully ? DispatchAsync(exchange, authentication.Result) : AwaitAsync(authentication);

        async Task AwaitAsync(ValueTask<Principal> pending) => await DispatchAsync(exchange, await pending);
    }

    /// <summary>Answers for somebody who is known.</summary>
    internal Task DispatchAsync(Exchange exchange, Principal principal)
    {
        exchange.Principal = principal;
        var route = routes.Find(exchange.Method, exchange.Target) ?? throw HttpErrors.NotFound("missing");
        Admit(exchange, route);
        if (route.For(exchange.Method) is { } found)
        {
            return found.IsSafe || !exchange.MayOnlyRead
                ? found.Handler(exchange)
                : throw HttpErrors.Forbidden("A request that only reads cannot be rewritten into one that changes something.");
        }

        exchange.Headers.Allow = route.Allowed;
        throw new DocumentException(new DocumentError(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", "Only " + route.Allowed + " allowed"));
    }

    private void Admit(Exchange exchange, Route route)
    {
        if (route.Audience == Audience.Anyone)
        {
            return;
        }

        if (route.Audience == Audience.Admins || IsSystemPath(exchange.Target))
        {
            exchange.Principal.Require(Audience.Admins);
        }

        if (route.Audience == Audience.Members)
        {
            exchange.Database = node.Node.Databases.Find(exchange.Target.Text(0)) ?? throw new DocumentException(HttpErrors.NoDatabase);
            exchange.Principal.Require(Audience.Members);
            if (route.NeedsDesign)
            {
                RequireDesign(exchange);
            }
        }
    }

    /// <summary>As in CouchDB, whose absence comes before a wrong method or content type.</summary>
    private static void RequireDesign(Exchange exchange)
    {
        var record = exchange.Database.Find("_design/" + exchange.Target.Text(2)) ?? throw new DocumentException(DocumentError.Missing);
        if (record.Deleted)
        {
            throw new DocumentException(DocumentError.Deleted);
        }
    }

    /// <summary>Paths that begin with an underscore and are none of the databases that have their own security.</summary>
    private static bool IsSystemPath(RequestTarget target)
    {
        var first = target.Bytes(0);
        return first.StartsWith("_"u8) && !first.SequenceEqual("_users"u8) && !first.SequenceEqual("_replicator"u8);
    }

    private async Task FailAsync(Exchange exchange, Exception exception)
    {
        var error = ErrorOf(exception);
        if (error is null)
        {
            node.RequestLog.Fault(exchange, exception);
            error = HttpErrors.Internal;
        }
        else if (exception is StorageException)
        {
            // No defect: what the engine says is all that there is to know.
            node.RequestLog.Failure(exchange, exception.Message);
        }

        if (exchange.HasStarted)
        {
            // Half an answer is out. As CouchDB does, cut it off: an orderly end would pass for the whole.
            exchange.Context.Abort();
            return;
        }

        exchange.IsPlain = false;
        var allow = exchange.Headers.Allow;
        exchange.Reset();
        if (error.Status == StatusCodes.Status405MethodNotAllowed)
        {
            exchange.Headers.Allow = allow;
        }

        if (error.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            exchange.Headers.RetryAfter = node.Settings.RetryAfter;
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
}
