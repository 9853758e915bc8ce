using System.Collections.Frozen;
using CloudWall.Node.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CloudWall.Server.Cors;

/// <summary>
/// Cross-origin requests as CouchDB answers them (its documentation: "Cross-Origin Resource Sharing"), by the settings
/// <c>[chttpd] enable_cors</c> and <c>[cors] origins, credentials, methods, headers, exposed_headers, max_age</c>.
/// <para>
/// CouchDB has it off. Here it is on, for any origin and with credentials: the values that PouchDB's
/// <c>add-cors-to-couchdb</c> sets, because a browser that synchronises is what the node is for. That is safe as long as a
/// page can do nothing without naming a password: there are no cookies, and without a <c>WWW-Authenticate</c> challenge
/// no browser asks for credentials and then sends them along by itself. Whoever adds cookies keeps them from other sites
/// with <c>SameSite</c>.
/// </para>
/// </summary>
internal sealed class CorsPolicy
{
    // What CouchDB's clients need beyond what browsers show anyway.
    private const string CouchHeaders =
        "accept-ranges, etag, server, x-couch-request-id, x-couch-update-newrev, x-couchdb-body-time";

    private static readonly string[] SimpleHeaders = ["cache-control", "content-language", "expires", "last-modified", "pragma"];

    private readonly bool _enabled;
    private readonly bool _anyOrigin;
    private readonly bool _credentials;
    private readonly FrozenSet<string> _origins;
    private readonly string[] _methods;
    private readonly string _allowMethods;
    private readonly FrozenSet<string> _headers;
    private readonly string _exposed;
    private readonly string _maxAge;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public CorsPolicy(Settings settings)
    {
        _enabled = settings.Boolean("chttpd", "enable_cors", true);
        var origins = settings.List("cors", "origins", "*");
        _anyOrigin = origins.Contains("*");
        _origins = origins.ToFrozenSet(StringComparer.Ordinal);
        _credentials = settings.Boolean("cors", "credentials", true);
        _methods = settings.List("cors", "methods", "GET, PUT, POST, HEAD, DELETE");
        _allowMethods = string.Join(", ", _methods);
        _headers = settings.List("cors", "headers", "accept, authorization, content-type, origin, referer, x-csrf-token")
            .Select(static name => name.ToLowerInvariant()).ToFrozenSet(StringComparer.Ordinal);
        _exposed = string.Join(", ", settings.List("cors", "exposed_headers", CouchHeaders).Select(static name => name.ToLowerInvariant()));
        _maxAge = settings.Text("cors", "max_age", "600");
    }

    /// <summary>Answers a preflight: sets its headers, unless it asks for what is not allowed.</summary>
    /// <returns>Whether this is a preflight that may go through; if not, the request is one like any other.</returns>
    public bool TryPreflight(IHeaderDictionary request, IHeaderDictionary response)
    {
        if (!_enabled
            || !request.TryGetValue("Origin", out var origin) || !IsAccepted(origin)
            || !request.TryGetValue("Access-Control-Request-Method", out var method) || !_methods.Contains(method.ToString()))
        {
            return false;
        }

        var headers = request.AccessControlRequestHeaders.ToString();
        foreach (var name in headers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!_headers.Contains(name.ToLowerInvariant()))
            {
                return false;
            }
        }

        response.AccessControlAllowOrigin = origin;
        response.AccessControlMaxAge = _maxAge;
        response.AccessControlAllowMethods = _allowMethods;
        response.AccessControlAllowHeaders = headers;
        AddCredentials(origin, response);
        return true;
    }

    /// <summary>Adds the headers that let a page of the request's origin read an answer. The answer's own headers are set already.</summary>
    public void Apply(IHeaderDictionary request, IHeaderDictionary response)
    {
        if (!_enabled || !request.TryGetValue("Origin", out var sent))
        {
            return;
        }

        var origin = new StringValues(sent.ToString().ToLowerInvariant());
        if (!IsAccepted(origin))
        {
            return;
        }

        var exposed = "content-type";
        foreach (var name in SimpleHeaders)
        {
            if (response.ContainsKey(name))
            {
                exposed += ", " + name;
            }
        }

        response.AccessControlAllowOrigin = origin;
        response.AccessControlExposeHeaders = exposed + ", " + _exposed;
        AddCredentials(origin, response);
    }

    private bool IsAccepted(StringValues origin) => _anyOrigin || _origins.Contains(origin.ToString());

    private void AddCredentials(StringValues origin, IHeaderDictionary response)
    {
        if (_credentials && origin != "*")
        {
            response.AccessControlAllowCredentials = "true";
        }
    }
}
