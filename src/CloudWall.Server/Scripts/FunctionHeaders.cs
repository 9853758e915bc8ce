using System.Collections.Frozen;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Server.Http;
using Microsoft.Extensions.Primitives;

namespace CloudWall.Server.Scripts;

/// <summary>
/// Headers that the author of a design document chooses. All apps of a node share its origin, so a function may describe its own answer,
/// and nothing that holds for the rest of the origin, for the client's credentials, or for a proxy before the node.
/// </summary>
internal static class FunctionHeaders
{
    private static readonly string[] Kinds =
    [
        // Who may read other answers, and who is asked for a password.
        "Access-Control-", "Proxy-", "Attribution-Reporting-", "Sec-",

        // Instructions to proxies: which file to send in place of the answer.
        "X-Accel-", "X-Sendfile", "X-LIGHTTPD-", "X-LiteSpeed-", "X-Reproxy-",
    ];

    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,

        // How the answer is framed, and what the node says of itself.
        "Connection",
        "Content-Length",
        "Date",
        "Keep-Alive",
        "Server",
        "TE",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "X-Couch-Request-ID",
        "X-CouchDB-Body-Time",

        // Credentials.
        "Authentication-Info",
        "Set-Cookie",
        "Set-Cookie2",
        "WWW-Authenticate",
        "Set-Login",

        // What a browser keeps for the whole origin.
        "Accept-CH",
        "Activate-Storage-Access",
        "Alt-Svc",
        "Clear-Site-Data",
        "Critical-CH",
        "Expect-CT",
        "Expect-Staple",
        "NEL",
        "Observe-Browsing-Topics",
        "Origin-Agent-Cluster",
        "Public-Key-Pins",
        "Public-Key-Pins-Report-Only",
        "Report-To",
        "Reporting-Endpoints",
        "Service-Worker-Allowed",
        "Service-Worker-Navigation-Preload",
        "Strict-Transport-Security",
        "Timing-Allow-Origin",
        "X-Permitted-Cross-Domain-Policies");

    /// <summary>
    /// What describes one answer. Browsers learn new headers that hold for the whole origin, none of which begins with <c>X-</c> (RFC 6648):
    /// so those that do are the author's, and of all others only these.
    /// </summary>
    private static readonly FrozenSet<string> OfTheAnswer = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Accept-Ranges",
        "Age",
        "Allow",
        "Cache-Control",
        "Content-Description",
        "Content-Digest",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Location",
        "Content-MD5",
        "Content-Range",
        "Content-Security-Policy",
        "Content-Type",
        "Cross-Origin-Embedder-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Deprecation",
        "Digest",
        "ETag",
        "Expires",
        "Last-Modified",
        "Link",
        "Location",
        "Permissions-Policy",
        "Pragma",
        "Referrer-Policy",
        "Refresh",
        "Repr-Digest",
        "Retry-After",
        "Server-Timing",
        "SourceMap",
        "Sunset",
        "Vary",
        "Warning");

    private static readonly FrozenSet<string> OfTheClient = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Authorization",
        "Content-Encoding",
        "Cookie",
        "Expect",
        "Forwarded",
        "Host",
        "Origin",
        "Prefer",
        "Referer",
        "X-Auth-CouchDB-Roles",
        "X-Auth-CouchDB-Token",
        "X-Auth-CouchDB-UserName",
        "X-CouchDB-Vhost-Path",
        "X-CouchDB-WWW-Authenticate",
        "X-HTTP-Method-Override");

    /// <summary>Sets the headers of an answer that a function chose, as far as they are its to choose.</summary>
    public static void Apply(Exchange exchange, NormalJson headers)
    {
        if (!headers.IsObject)
        {
            return;
        }

        foreach (var (name, value) in headers.Members())
        {
            if (IsFree(name) && (OfTheAnswer.Contains(name) || name.StartsWith("X-", StringComparison.OrdinalIgnoreCase)))
            {
                exchange.Headers[name] = Clean(value.IsText ? value.Text() : Encoding.UTF8.GetString(value.Utf8.Span));
            }
        }
    }

    /// <summary>
    /// Sets headers of a request that a function rewrites. Who asks, by which name they reached the node, and how the body is framed stay
    /// as they were.
    /// </summary>
    public static void ApplyToRequest(Exchange exchange, NormalJson headers)
    {
        if (!headers.IsObject)
        {
            return;
        }

        foreach (var (name, value) in headers.Members())
        {
            if (IsFree(name) && !OfTheClient.Contains(name) && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
            {
                exchange.RequestHeaders[name] = Clean(value.IsText ? value.Text() : throw Invalid(name));
            }
        }

        static DocumentException Invalid(string name) => new(new DocumentError(500, "rewrite_error", "bad header " + name));
    }

    /// <summary>
    /// Has browsers take the answer for what its type says, and put it into a sandbox: what comes out of a function must not act in the
    /// name of whoever looks at it. A policy that the function chose can only add to that. To be called when all headers are set.
    /// </summary>
    /// <param name="exchange">The request.</param>
    /// <param name="harmless">
    /// A type that no browser runs if it takes it for what it says: CouchDB sends no policy with answers of this kind, and with this type
    /// none is needed.
    /// </param>
    public static void Confine(Exchange exchange, string? harmless = null)
    {
        exchange.Headers.XContentTypeOptions = "nosniff";
        if (exchange.Settings.ContentPolicies.Functions is { } policy && !(harmless is not null && IsType(exchange.Headers.ContentType, harmless)))
        {
            exchange.Headers.ContentSecurityPolicy = StringValues.Concat(policy, exchange.Headers.ContentSecurityPolicy);
        }
    }

    /// <summary>Whether a function may choose this header.</summary>
    private static bool IsFree(string name) =>
        name.Length > 0
        && name.All(static c => c is > ' ' and < (char)127 and not ':')
        && !Names.Contains(name)
        && !Array.Exists(Kinds, kind => name.StartsWith(kind, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether this is the one type; of several browsers may take any.</summary>
    private static bool IsType(StringValues types, string wanted)
    {
        var type = types.ToString().AsSpan();
        var parameters = type.IndexOf(';');
        return !type.Contains(',') && (parameters < 0 ? type : type[..parameters]).Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }

    private static string Clean(string text) => new([.. text.Where(static c => c is >= ' ' and < (char)127 || c > (char)160)]);
}
