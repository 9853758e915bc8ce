using CloudWall.Access;
using CloudWall.Access.Databases;
using CloudWall.Access.Proxies;
using CloudWall.Access.Users;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Replication.Jobs;
using CloudWall.Server.Cors;
using CloudWall.Settings;
using Microsoft.AspNetCore.Http;

namespace CloudWall.Server.Http;

/// <summary>A request's way: target, CORS, who asks, route, may they, database, method, endpoint.</summary>
/// <param name="virtualHosts">Names that stand for a path.</param>
/// <param name="cors">Cross-origin requests.</param>
/// <param name="guard">Refuses forged requests.</param>
/// <param name="authentication">Says who asks.</param>
/// <param name="routes">The endpoints.</param>
/// <param name="databases">The databases.</param>
/// <param name="designs">Their design documents.</param>
internal sealed class Dispatcher(
    FollowedSettings<VirtualHosts> virtualHosts,
    FollowedSettings<CorsPolicy> cors,
    RequestGuard guard,
    Authentication authentication,
    RouteTable routes,
    DatabaseCatalogue databases,
    OpenedDesigns designs)
{
    /// <summary>How long targets below <c>/_node</c> may be under any settings, so that admins can undo them.</summary>
    private const int LongestOfNode = 1024;

    /// <summary>Answers a request.</summary>
    /// <exception cref="DocumentException">It is refused.</exception>
    public Task AnswerAsync(Exchange exchange)
    {
        var target = exchange.RawTarget;
        if (target.Length > exchange.Settings.MaxUriLength
            && !(target.Length <= LongestOfNode && target.StartsWith("/_node/", StringComparison.Ordinal)))
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

        if (virtualHosts.Value.Find(exchange) is { } meant)
        {
            exchange.Become(meant.Target, meant.Requested);
        }

        if (exchange.Method == "OPTIONS" && cors.Value.TryPreflight(exchange.RequestHeaders, exchange.Headers))
        {
            exchange.IsPreflight = true;
            return exchange.WriteEmptyAsync(StatusCodes.Status204NoContent);
        }

        guard.Check(exchange);
        var cookie = exchange.RequestHeaders.Cookie.ToString();
        if (cookie.Length > 0 && !cors.Value.AcceptsCookieOf(exchange.RequestHeaders.Origin.ToString(), exchange.AbsoluteUri(string.Empty)))
        {
            cookie = string.Empty;
        }

        var credentials = new Credentials(
            exchange.RequestHeaders.Authorization.ToString(),
            cookie,
            exchange.Context.Connection.RemoteIpAddress,
            IsGreeting: exchange.Target.Count == 0)
        {
            Proxy = authentication.Proxy is { } proxy ? HeadersOf(proxy, exchange.RequestHeaders) : default,
        };
        var asking = authentication.AuthenticateAsync(credentials, exchange.Aborted);
        if (asking.IsCompletedSuccessfully)
        {
            exchange.Principal = asking.Result;
            RequireUser(exchange);
            return DispatchAsync(exchange);
        }

        return AwaitAsync(asking, exchange);

        async Task AwaitAsync(ValueTask<Principal> asking, Exchange exchange)
        {
            exchange.Principal = await asking;
            RequireUser(exchange);
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

    private static ProxyHeaders HeadersOf(ProxyOptions proxy, IHeaderDictionary headers) => new(
        headers[proxy.NameHeader].ToString(), headers[proxy.RolesHeader].ToString(), headers[proxy.TokenHeader].ToString());

    /// <summary>Refuses who has not signed in, where the settings say so. Everyone may try to.</summary>
    private static void RequireUser(Exchange exchange)
    {
        var settings = exchange.Settings;
        if (exchange.Principal.Name is not null || (exchange.Target.Count == 1 && exchange.Method == "POST" && exchange.Target.Text(0) == "_session"))
        {
            return;
        }

        var isUp = exchange.Target.Count > 0 && exchange.Target.Text(0) == "_up";
        if (isUp
            ? settings.RequireValidUser && !settings.RequireValidUserExceptForUp
            : settings.RequireValidUser || settings.RequireValidUserExceptForUp)
        {
            throw HttpErrors.Unauthorized("Authentication required.");
        }
    }

    private void Admit(Exchange exchange, Route route)
    {
        var audience = route.Audience == Audience.DatabaseLists && !exchange.Settings.AreListsForAdmins ? Audience.Anyone : route.Audience;
        exchange.Principal.Require(audience);
        if (audience is not (Audience.Members or Audience.DatabaseAdmins or Audience.DatabaseKeepers or Audience.DatabaseOwners))
        {
            return;
        }

        if (audience == Audience.DatabaseOwners || IsSystemPath(exchange.Target) || IsListOfSecrets(exchange.Target))
        {
            exchange.Principal.Require(Audience.Admins);
        }

        exchange.Database = databases.Find(exchange.Target.Text(0)) ?? throw new DocumentException(HttpErrors.NoDatabase);
        AdmitToDatabase(exchange, audience);
        if (route.NeedsDesign)
        {
            // As in CouchDB, whose absence comes before a wrong method or content type.
            designs.Require(exchange.Database, exchange.Target.Text(2));
        }
    }

    private static void AdmitToDatabase(Exchange exchange, Audience audience)
    {
        if (exchange.Principal.IsAdmin)
        {
            return;
        }

        var user = exchange.Principal.Context;
        var permissions = DatabasePermissions.Of(exchange.Database);
        if (permissions.Refuse(user, audience) is { } refusal)
        {
            throw new DocumentException(refusal);
        }

        if (ReplicatorDocument.IsReplicator(exchange.Database.Name) && !IsOwnReplication(exchange))
        {
            // Its documents have passwords of peers in them.
            exchange.Principal.Require(Audience.Admins);
        }

        if (UserDatabase.IsOne(exchange.Database.Name) && !permissions.IsAdmin(user) && !IsOwnAccount(exchange))
        {
            if (exchange.Target.Count == 2 && exchange.Target.Text(1) == "_find")
            {
                // As in CouchDB, users find their own documents.
                exchange.OwnDocument = UserAccounts.IdPrefix + exchange.Principal.Name;
                return;
            }

            exchange.PublicFields = IsAccountRead(exchange) && exchange.Settings.PublicUserFields is { Count: > 0 } fields
                ? fields
                : throw new DocumentException(DocumentError.Missing);
        }
    }

    /// <summary>
    /// Whether a request to a users' database is about the user's own document or one of its attachments, or makes an account.
    /// </summary>
    private static bool IsOwnAccount(Exchange exchange)
    {
        if (exchange.Target.Count < 2)
        {
            return false;
        }

        var id = exchange.Target.Text(1);
        return exchange.Principal.Name is { } name
            ? id == UserAccounts.IdPrefix + name
            : exchange.Target.Count == 2 && exchange.Method == "PUT" && id.StartsWith(UserAccounts.IdPrefix, StringComparison.Ordinal);
    }

    /// <summary>Whether a request to a replicator database is about a document of the user's own, or makes one.</summary>
    private static bool IsOwnReplication(Exchange exchange) =>
        exchange.Principal.Name is { } name
        && exchange.Target.Count switch
        {
            1 => exchange.Method == "POST",
            2 => exchange.Method is "GET" or "PUT" or "DELETE"
                && !exchange.Target.Bytes(1).StartsWith("_"u8)
                && ReplicatorDocument.IsOwn(exchange.Database, exchange.Target.Text(1), name),
            _ => false,
        };

    private static bool IsAccountRead(Exchange exchange) =>
        exchange.Method == "GET" && exchange.Target.Count == 2
        && exchange.Target.Text(1).StartsWith(UserAccounts.IdPrefix, StringComparison.Ordinal);

    /// <summary>Lists of all users, or of all replications.</summary>
    private static bool IsListOfSecrets(RequestTarget target) =>
        target.Count >= 2
        && target.Bytes(0).StartsWith("_"u8)
        && target.Text(0) is "_users" or "_replicator"
        && target.Text(1) is "_all_docs" or "_changes";

    /// <summary>Paths that begin with an underscore and are none of the databases that have their own security.</summary>
    private static bool IsSystemPath(RequestTarget target)
    {
        var first = target.Bytes(0);
        return first.StartsWith("_"u8) && !first.SequenceEqual("_users"u8) && !first.SequenceEqual("_replicator"u8);
    }
}
