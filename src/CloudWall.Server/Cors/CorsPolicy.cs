using System.Collections.Frozen;
using CloudWall.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CloudWall.Server.Cors;

/// <summary>
/// Cross-origin requests as CouchDB answers them (its documentation: "Cross-Origin Resource Sharing"), by the settings
/// <c>[chttpd] enable_cors</c> and <c>[cors] origins, credentials, methods, headers, exposed_headers, max_age</c>.
/// <para>
/// CouchDB has it off. Here it is on for apps on the user's own device: those of Obsidian, and pages of localhost with any port. A page of
/// another origin may ask where <c>[cors] origins</c> names it, or <c>*</c>.
/// </para>
/// </summary>
internal sealed class CorsPolicy
{
    private const string Section = "cors";

    private static readonly string[] SimpleHeaders = ["cache-control", "content-language", "expires", "last-modified", "pragma"];

    private static readonly Setting<bool> Enable = new(
        "chttpd", "enable_cors", SettingKinds.Boolean, true, "Whether pages of other origins may ask. False in CouchDB.");

    private static readonly Setting<string[]> OriginList = new(
        Section, "origins", SettingKinds.List, Origin.Usual,
        "The origins that may ask, or * for all. HOST:* stands for every port. None in CouchDB.");

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
    private readonly string[] _anyPort;
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
        var origins = settings.Get(OriginList);
        _anyOrigin = origins.Contains("*");
        _origins = origins.ToFrozenSet(StringComparer.Ordinal);
        _anyPort = [.. origins.Where(Origin.IsAnyPort).Select(static origin => origin[..^2])];
        _credentials = settings.Get(Credentials);
        _methods = settings.Get(Methods);
        _allowMethods = string.Join(", ", _methods);
        _headers = settings.Get(Headers).Select(static name => name.ToLowerInvariant()).ToFrozenSet(StringComparer.Ordinal);
        _exposed = string.Join(", ", settings.Get(ExposedHeaders).Select(static name => name.ToLowerInvariant()));
        _maxAge = settings.Get(MaxAge);
    }

    /// <summary>All settings of cross-origin requests.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Enable, OriginList, Credentials, Methods, Headers, ExposedHeaders, MaxAge];

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

        AddVary(response);
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
        AddVary(response);
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
        || (_enabled && _credentials && origin != "*" && IsNamed(origin.ToLowerInvariant()));

    /// <summary>Whether pages of an origin may ask.</summary>
    /// <param name="origin">The request's <c>Origin</c>.</param>
    public bool Accepts(string origin) => _enabled && (_anyOrigin || IsNamed(origin.ToLowerInvariant()));

    private bool IsAccepted(StringValues origin) => _anyOrigin || IsNamed(origin.ToString());

    private bool IsNamed(string origin) => _origins.Contains(origin) || Array.Exists(_anyPort, named => Origin.IsOfAnyPort(origin, named));

    /// <summary>Whatever keeps the answer must not give it to a page of another origin.</summary>
    private void AddVary(IHeaderDictionary response)
    {
        if (_enabled && !_anyOrigin)
        {
            response.Vary = response.Vary.Count == 0 ? "Origin" : response.Vary + ", Origin";
        }
    }

    private void AddCredentials(StringValues origin, IHeaderDictionary response)
    {
        if (_credentials && origin != "*")
        {
            response.AccessControlAllowCredentials = "true";
        }
    }
}
