using System.Collections.Frozen;
using CloudWall.Settings;
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
    private const string Section = "cors";

    private static readonly string[] SimpleHeaders = ["cache-control", "content-language", "expires", "last-modified", "pragma"];

    private static readonly Setting<bool> Enable = new(
        "chttpd", "enable_cors", SettingKinds.Boolean, true, "Whether pages of other origins may ask. False in CouchDB.");

    private static readonly Setting<string[]> Origins = new(
        Section, "origins", SettingKinds.List, ["*"], "The origins that may ask, or * for all.");

    private static readonly Setting<bool> Credentials = new(
        Section, "credentials", SettingKinds.Boolean, true, "Whether they may send credentials. False in CouchDB.");

    private static readonly Setting<string[]> Methods = new(
        Section, "methods", SettingKinds.List, ["GET", "PUT", "POST", "HEAD", "DELETE"], "The methods that they may use.");

    private static readonly Setting<string[]> Headers = new(
        Section, "headers", SettingKinds.List, ["accept", "authorization", "content-type", "origin", "referer", "x-csrf-token"],
        "The headers that they may send.");

    private static readonly Setting<string[]> ExposedHeaders = new(
        Section, "exposed_headers", SettingKinds.List,
        ["accept-ranges", "etag", "server", "x-couch-request-id", "x-couch-update-newrev", "x-couchdb-body-time"],
        "The headers of answers that they see, beyond those that browsers show anyway.");

    private static readonly Setting<string> MaxAge = new(
        Section, "max_age", SettingKinds.Text, "600", "Seconds for which a browser remembers what it was told of this.");

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
    public CorsPolicy(SettingsStore settings)
    {
        _enabled = settings.Get(Enable);
        var origins = settings.Get(Origins);
        _anyOrigin = origins.Contains("*");
        _origins = origins.ToFrozenSet(StringComparer.Ordinal);
        _credentials = settings.Get(Credentials);
        _methods = settings.Get(Methods);
        _allowMethods = string.Join(", ", _methods);
        _headers = settings.Get(Headers).Select(static name => name.ToLowerInvariant()).ToFrozenSet(StringComparer.Ordinal);
        _exposed = string.Join(", ", settings.Get(ExposedHeaders).Select(static name => name.ToLowerInvariant()));
        _maxAge = settings.Get(MaxAge);
    }

    /// <summary>All settings of cross-origin requests.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Enable, Origins, Credentials, Methods, Headers, ExposedHeaders, MaxAge];

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

    /// <summary>
    /// Whether the session cookie of a request counts. Browsers add it for pages of other ports and subdomains too, without the user having
    /// any part in it. It counts for the node's own pages and for origins that the settings name: <c>*</c> names none.
    /// </summary>
    /// <param name="origin">The request's <c>Origin</c>; empty where it has none.</param>
    /// <param name="own">The node's origin, as the client knows it.</param>
    public bool AcceptsCookieOf(string origin, string own) =>
        origin.Length == 0
        || string.Equals(origin, own, StringComparison.OrdinalIgnoreCase)
        || (_enabled && _credentials && origin != "*" && _origins.Contains(origin.ToLowerInvariant()));

    private bool IsAccepted(StringValues origin) => _anyOrigin || _origins.Contains(origin.ToString());

    private void AddCredentials(StringValues origin, IHeaderDictionary response)
    {
        if (_credentials && origin != "*")
        {
            response.AccessControlAllowCredentials = "true";
        }
    }
}
