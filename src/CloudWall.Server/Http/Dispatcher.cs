using CloudWall.Access;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Server.Cors;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <summary>A request's way: target, CORS, who asks, route, may they, database, method, endpoint.</summary>
/// <param name="virtualHosts">Names that stand for a path.</param>
/// <param name="cors">Cross-origin requests.</param>
/// <param name="authentication">Says who asks.</param>
/// <param name="routes">The endpoints.</param>
/// <param name="databases">The databases.</param>
/// <param name="designs">Their design documents.</param>
internal sealed class Dispatcher(
    VirtualHosts virtualHosts,
    CorsPolicy cors,
    BasicAuthentication authentication,
    RouteTable routes,
    DatabaseCatalogue databases,
    OpenedDesigns designs)
{
    /// <summary>Answers a request.</summary>
    /// <exception cref="DocumentException">It is refused.</exception>
    public Task AnswerAsync(Exchange exchange)
    {
        if (exchange.RawTarget.Length > exchange.Settings.MaxUriLength)
        {
            throw new DocumentException(HttpErrors.TargetTooLong);
        }

        // The server takes the last coding off, and would leave the others for a body's bytes.
        if (exchange.RequestHeaders.TransferEncoding is { Count: > 0 } coding
            && !string.Equals(coding.ToString().Trim(), "chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new DocumentException(HttpErrors.UnknownTransferEncoding);
        }

        if (exchange.TargetError is { } error)
        {
            throw new DocumentException(error);
        }

        if (virtualHosts.Find(exchange) is { } meant)
        {
            exchange.Become(meant.Target, meant.Requested);
        }

        if (exchange.Method == "OPTIONS" && cors.TryPreflight(exchange.RequestHeaders, exchange.Headers))
        {
            exchange.IsPreflight = true;
            return exchange.WriteEmptyAsync(StatusCodes.Status204NoContent);
        }

        var asking = authentication.AuthenticateAsync(
            exchange.RequestHeaders.Authorization.ToString(), isGreeting: exchange.Target.Count == 0, exchange.Aborted);
        if (asking.IsCompletedSuccessfully)
        {
            exchange.Principal = asking.Result;
            return DispatchAsync(exchange);
        }

        return AwaitAsync(asking, exchange);

        async Task AwaitAsync(ValueTask<Principal> asking, Exchange exchange)
        {
            exchange.Principal = await asking;
            await DispatchAsync(exchange);
        }
    }

    /// <summary>Answers for a principal who is known.</summary>
    /// <exception cref="DocumentException">It is refused.</exception>
    public Task DispatchAsync(Exchange exchange)
    {
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
            exchange.Database = databases.Find(exchange.Target.Text(0)) ?? throw new DocumentException(HttpErrors.NoDatabase);
            exchange.Principal.Require(Audience.Members);
            if (route.NeedsDesign)
            {
                // As in CouchDB, whose absence comes before a wrong method or content type.
                designs.Require(exchange.Database, exchange.Target.Text(2));
            }
        }
    }

    /// <summary>Paths that begin with an underscore and are none of the databases that have their own security.</summary>
    private static bool IsSystemPath(RequestTarget target)
    {
        var first = target.Bytes(0);
        return first.StartsWith("_"u8) && !first.SequenceEqual("_users"u8) && !first.SequenceEqual("_replicator"u8);
    }
}
