using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using CloudWall.Node.Configuration;

namespace CloudWall.Server.Configuration;

/// <summary>The settings of HTTP, read once at start. Names and defaults are CouchDB 3.5's, exceptions say so.</summary>
internal sealed record HttpSettings
{
    /// <summary>The longest request line in bytes.</summary>
    public const int MaxRequestLine = 128 * 1024;

    /// <summary><c>[chttpd] port</c>: 0 for any free one.</summary>
    public required int Port { get; init; }

    /// <summary><c>[chttpd] bind_address</c>: <c>any</c> for all.</summary>
    public required IPAddress BindAddress { get; init; }

    /// <summary><c>[chttpd] max_http_request_size</c> in bytes.</summary>
    public required long MaxHttpRequestSize { get; init; }

    /// <summary><c>[chttpd] max_uri_length</c>; CouchDB's has no limit of its own, ours is that of a request line.</summary>
    public required int MaxUriLength { get; init; }

    /// <summary>
    /// <c>[chttpd] max_connections</c>: one more is told to come back later, and so is one that would take files which the stores need.
    /// CouchDB's default is 2048.
    /// </summary>
    public required int MaxConnections { get; init; }

    /// <summary>
    /// <c>[cloudwall] max_connections_per_address</c>: how many of them may come from one address, or one IPv6 network of 64 bits; null
    /// for three quarters of those that there is room for.
    /// </summary>
    public required int? MaxConnectionsPerAddress { get; init; }

    /// <summary><c>[cloudwall] max_feeds</c>: feeds that wait for changes, of all databases together.</summary>
    public required int MaxFeeds { get; init; }

    /// <summary><c>[cloudwall] stall_timeout</c>: how long a client may take none of what is sent to it, before it is cut off.</summary>
    public required TimeSpan StallTimeout { get; init; }

    /// <summary>
    /// <c>[cloudwall] answer_memory</c> in bytes: what large answers may hold together of what is on its way to their clients. By default
    /// as much as <see cref="NodeSettings.RequestMemory"/>.
    /// </summary>
    public required long AnswerMemory { get; init; }

    /// <summary><c>[cloudwall] retry_after</c> in seconds: when those who were refused are asked to come back.</summary>
    public required string RetryAfter { get; init; }

    /// <summary><c>[chttpd] changes_timeout</c>: how long a feed without heartbeat waits.</summary>
    public required TimeSpan ChangesTimeout { get; init; }

    /// <summary><c>[chttpd] buffer_response</c>: whether an answer is held until it is whole.</summary>
    public required bool BufferResponse { get; init; }

    /// <summary><c>[chttpd] max_db_number_for_dbs_info_req</c>.</summary>
    public required int MaxDatabasesInfo { get; init; }

    /// <summary><c>[chttpd] prefer_minimal</c>: headers that stay in an answer to <c>Prefer: return=minimal</c>.</summary>
    public required FrozenSet<string> PreferMinimal { get; init; }

    /// <summary><c>[chttpd] x_forwarded_host</c>: the name of that header.</summary>
    public required string ForwardedHostHeader { get; init; }

    /// <summary><c>[chttpd] x_forwarded_proto</c>: the name of that header.</summary>
    public required string ForwardedProtoHeader { get; init; }

    /// <summary><c>[chttpd] x_forwarded_ssl</c>: the name of that header.</summary>
    public required string ForwardedSslHeader { get; init; }

    /// <summary><c>[csp]</c>.</summary>
    public required ContentPolicies ContentPolicies { get; init; }

    /// <summary><c>[chttpd] rewrite_limit</c>: how often a request may become another.</summary>
    public required int RewriteLimit { get; init; }

    /// <summary><c>[chttpd] decode_plus_to_space</c>: whether a plus sign in a path is a space.</summary>
    public required bool DecodePlusToSpace { get; init; }

    /// <summary>
    /// <c>[chttpd] allow_jsonp</c>: whether <c>callback</c> makes a script of a JSON answer, which pages of any origin can run.
    /// </summary>
    public required bool AllowJsonp { get; init; }

    /// <summary><c>[chttpd] secure_rewrites</c>: whether rewrites of a design document stay in its database.</summary>
    public required bool SecureRewrites { get; init; }

    /// <summary><c>[purge] max_document_id_number</c>: documents in one purge request.</summary>
    public required int MaxPurgedDocuments { get; init; }

    /// <summary><c>[purge] max_revisions_number</c>: revisions in one purge request.</summary>
    public required int MaxPurgedRevisions { get; init; }

    /// <summary><c>[uuids] max_count</c>.</summary>
    public required int MaxUuids { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static HttpSettings From(Settings settings) => new()
    {
        Port = (int)settings.Number("chttpd", "port", 5984, 0, 65535),
        BindAddress = ReadAddress(settings),
        MaxHttpRequestSize = settings.Number("chttpd", "max_http_request_size", 4L << 30, 0, long.MaxValue),
        MaxUriLength = (int)settings.Number("chttpd", "max_uri_length", MaxRequestLine, 1, MaxRequestLine),
        MaxConnections = (int)settings.Number("chttpd", "max_connections", 16_384, 1, int.MaxValue),
        MaxConnectionsPerAddress = settings["cloudwall", "max_connections_per_address"] is null
            ? null
            : (int)settings.Number("cloudwall", "max_connections_per_address", 0, 1, int.MaxValue),
        MaxFeeds = (int)settings.Number("cloudwall", "max_feeds", 10_000, 1, int.MaxValue),
        StallTimeout = TimeSpan.FromMilliseconds(settings.Number("cloudwall", "stall_timeout", 300_000, 1, int.MaxValue)),
        AnswerMemory = settings.Number("cloudwall", "answer_memory", NodeSettings.SixteenthOfMemory, 1, long.MaxValue / 4),
        RetryAfter = settings.Number("cloudwall", "retry_after", 5, 0, 86_400).ToString(CultureInfo.InvariantCulture),
        ChangesTimeout = TimeSpan.FromMilliseconds(settings.Number("chttpd", "changes_timeout", 60_000, 0, int.MaxValue)),
        BufferResponse = settings.Boolean("chttpd", "buffer_response", false),
        MaxDatabasesInfo = (int)settings.Number("chttpd", "max_db_number_for_dbs_info_req", 100, 0, int.MaxValue),
        PreferMinimal = settings.List(
            "chttpd",
            "prefer_minimal",
            "Cache-Control, Content-Length, Content-Range, Content-Type, ETag, Server, Transfer-Encoding, Vary").ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        ForwardedHostHeader = settings.Text("chttpd", "x_forwarded_host", "X-Forwarded-Host"),
        ForwardedProtoHeader = settings.Text("chttpd", "x_forwarded_proto", "X-Forwarded-Proto"),
        ForwardedSslHeader = settings.Text("chttpd", "x_forwarded_ssl", "X-Forwarded-Ssl"),
        ContentPolicies = ContentPolicies.Read(settings),
        RewriteLimit = (int)settings.Number("chttpd", "rewrite_limit", 100, 0, 10_000),
        DecodePlusToSpace = settings.Boolean("chttpd", "decode_plus_to_space", true),
        AllowJsonp = settings.Boolean("chttpd", "allow_jsonp", false),
        SecureRewrites = settings.Boolean("chttpd", "secure_rewrites", true),
        MaxPurgedDocuments = (int)settings.Number("purge", "max_document_id_number", 100, 0, int.MaxValue),
        MaxPurgedRevisions = (int)settings.Number("purge", "max_revisions_number", 1000, 0, int.MaxValue),
        MaxUuids = (int)settings.Number("uuids", "max_count", 1000, 1, 1_000_000),
    };

    private static IPAddress ReadAddress(Settings settings) => settings.Text("chttpd", "bind_address", "127.0.0.1") switch
    {
        "any" => IPAddress.IPv6Any,
        "localhost" => IPAddress.Loopback,
        var text => IPAddress.TryParse(text, out var address)
            ? address
            : throw settings.Invalid("chttpd", "bind_address", "an IP address, or any"),
    };
}
