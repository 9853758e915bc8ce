using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using CloudWall.Node.Configuration;
using CloudWall.Server.Cors;
using CloudWall.Server.Http;
using CloudWall.Settings;

namespace CloudWall.Server.Configuration;

/// <summary>The settings of HTTP, read once at start. Names and defaults are CouchDB 3.5's, exceptions say so.</summary>
internal sealed record HttpSettings
{
    /// <summary>The longest request line in bytes.</summary>
    public const int MaxRequestLine = 128 * 1024;

    private const string Http = "chttpd";
    private const string Own = "cloudwall";

    private static readonly Setting<int> PortSetting = new(Http, "port", SettingKinds.Count(0, 65535), 5984,
    "The port, 0 for any free one.")
    { IsForFilesOnly = true, IsShown = true };

    private static readonly Setting<IPAddress> BindAddressSetting = new(
        Http, "bind_address", SettingKinds.Address, IPAddress.Loopback, "The address that it listens on, any for all.")
    { IsForFilesOnly = true, IsShown = true };

    private static readonly Setting<long> MaxRequestSize = new(
        Http, "max_http_request_size", SettingKinds.Number(0), 4L << 30, "Bytes in the body of one request, unpacked (413).");

    private static readonly Setting<int> MaxUriLengthSetting = new(
        Http, "max_uri_length", SettingKinds.Count(1, MaxRequestLine), MaxRequestLine, "Bytes in the target of a request (414).");

    private static readonly Setting<int> MaxConnectionsSetting = new(
        Http, "max_connections", SettingKinds.Count(1), 16_384,
        "Open connections (503), and no more than the system's limit on open files leaves beside the stores: about 20 where it is 256, 570 where it "
        + "is 1024. 2048 in CouchDB.")
    { IsReadAtStart = true };

    private static readonly Setting<long?> PerAddress = new(
        Own, "max_connections_per_address", SettingKinds.NumberOrNone(1, int.MaxValue), null,
        "Open connections of one address (503), or of one IPv6 network of 64 bits.", "three quarters of all")
    { IsReadAtStart = true };

    private static readonly Setting<int> MaxFeedsSetting = new(Own, "max_feeds", SettingKinds.Count(1), 10_000,
    "Feeds that wait for changes (429).");

    private static readonly Setting<TimeSpan> StallTimeoutSetting = new(
        Own, "stall_timeout", SettingKinds.Milliseconds(), TimeSpan.FromMinutes(5),
        "How long a client may take nothing of what is sent to it, before it is cut off.")
    { IsReadAtStart = true };

    private static readonly Setting<long> AnswerMemorySetting = new(
        Own, "answer_memory", SettingKinds.Number(1, long.MaxValue / 4), NodeSettings.SixteenthOfMemory,
        "Bytes that large answers hold together of what is on its way to their clients. An answer that has not begun and waits for some in vain is "
        + "refused (429). Where others wait, who has taken nothing for 10 seconds is cut off.", NodeSettings.Sixteenth)
    { IsReadAtStart = true };

    private static readonly Setting<int> RetryAfterSetting = new(
        Own, "retry_after", SettingKinds.Count(0, 86_400), 5, "Seconds after which those who were refused are asked to come back.");

    private static readonly Setting<TimeSpan> ChangesTimeoutSetting = new(
        Http, "changes_timeout", SettingKinds.Milliseconds(0), TimeSpan.FromMinutes(1), "How long a feed without heartbeat waits.");

    private static readonly Setting<bool> BufferResponseSetting = new(
        Http, "buffer_response", SettingKinds.Boolean, false, "Whether an answer is held until it is whole.");

    private static readonly Setting<int> MaxDatabases = new(
        Http, "max_db_number_for_dbs_info_req", SettingKinds.Count(0), 100, "Databases in one request to _dbs_info.");

    private static readonly Setting<string[]> Minimal = new(
        Http, "prefer_minimal", SettingKinds.List,
        ["Cache-Control", "Content-Length", "Content-Range", "Content-Type", "ETag", "Server", "Transfer-Encoding", "Vary"],
        "Headers that stay in an answer to Prefer: return=minimal.");

    private static readonly Setting<string> ForwardedHost = new(
        Http, "x_forwarded_host", SettingKinds.Text, "X-Forwarded-Host", "The name of the header by which a proxy tells the host.");

    private static readonly Setting<string> ForwardedProto = new(
        Http, "x_forwarded_proto", SettingKinds.Text, "X-Forwarded-Proto", "The name of the header by which a proxy tells the scheme.");

    private static readonly Setting<string> ForwardedSsl = new(
        Http, "x_forwarded_ssl", SettingKinds.Text, "X-Forwarded-Ssl",
        "The name of the header by which a proxy tells that it was asked by HTTPS.");

    private static readonly Setting<int> RewriteLimitSetting = new(
        Http, "rewrite_limit", SettingKinds.Count(0, 10_000), 100, "How often a request may become another by rewrites.");

    private static readonly Setting<bool> DecodePlus = new(
        Http, "decode_plus_to_space", SettingKinds.Boolean, true, "Whether a plus sign in a path is a space.");

    private static readonly Setting<bool> Jsonp = new(
        Http, "allow_jsonp", SettingKinds.Boolean, false,
        "Whether callback makes a script of a JSON answer, which pages of any origin can run.");

    private static readonly Setting<bool> SecureRewritesSetting = new(
        Http, "secure_rewrites", SettingKinds.Boolean, true, "Whether rewrites of a design document stay in its database.");

    private static readonly Setting<int> PurgedDocuments = new(
        "purge", "max_document_id_number", SettingKinds.Count(0), 100, "Documents in one purge request.");

    private static readonly Setting<int> PurgedRevisions = new(
        "purge", "max_revisions_number", SettingKinds.Count(0), 1000, "Revisions in one purge request.");

    private static readonly Setting<int> MaxUuidsSetting = new("uuids", "max_count", SettingKinds.Count(1, 1_000_000), 1000, "Ids in one answer.");

    private static readonly Setting<bool> RequireUser = new(
        Http, "require_valid_user", SettingKinds.Boolean, false, "Whether nothing is answered without a user's credentials but POST /_session.");

    private static readonly Setting<bool> RequireUserExceptForUp = new(
        Http, "require_valid_user_except_for_up", SettingKinds.Boolean, false, "Whether nothing but POST /_session and /_up is.");

    private static readonly Setting<string> ChallengeSetting = new(
        Http, "WWW-Authenticate", SettingKinds.Text, string.Empty,
        "The challenge in answers 401, such as Basic realm=\"server\", on which browsers ask for a name and a password.");

    private static readonly Setting<bool> UsersSecurity = new(
        "couchdb", "users_db_security_editable", SettingKinds.Boolean, false,
        "Whether _security of _users can be changed. Who is let in sees and changes the own document alone.");

    private static readonly Setting<string[]> PublicFields = new(
        "chttpd_auth", "public_fields", SettingKinds.List, [],
        "Members of users' documents that everyone sees whom _security of _users lets in. Without any, others' documents look missing.");

    private static readonly Setting<bool> AdminOnlyLists = new(
        "chttpd", "admin_only_all_dbs", SettingKinds.Boolean, true, "Whether _all_dbs and _dbs_info are for server admins alone.");

    private static readonly Setting<string[]> HostNamesSetting = new(
        "cloudwall", "host_names", SettingKinds.List, [],
        "Names of the node by which pages may sign in and change settings, besides addresses, localhost, [vhosts], names without a dot and "
        + "the name of the machine. A proxy that hands on its own name needs it here.");

    /// <summary>All settings of HTTP.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        PortSetting, BindAddressSetting, MaxRequestSize, MaxUriLengthSetting, MaxConnectionsSetting, PerAddress, MaxFeedsSetting, StallTimeoutSetting,
        AnswerMemorySetting, RetryAfterSetting, ChangesTimeoutSetting, BufferResponseSetting, MaxDatabases, Minimal, ForwardedHost, ForwardedProto,
        ForwardedSsl, RewriteLimitSetting, DecodePlus, Jsonp, SecureRewritesSetting, PurgedDocuments, PurgedRevisions, MaxUuidsSetting,
        RequireUser, RequireUserExceptForUp, ChallengeSetting, UsersSecurity, PublicFields, AdminOnlyLists, HostNamesSetting,
        .. ContentPolicies.All, .. CorsPolicy.All, .. VirtualHosts.All,
    ];

    /// <summary><c>[chttpd] require_valid_user</c>.</summary>
    public required bool RequireValidUser { get; init; }

    /// <summary><c>[chttpd] require_valid_user_except_for_up</c>.</summary>
    public required bool RequireValidUserExceptForUp { get; init; }

    /// <summary><c>[chttpd] WWW-Authenticate</c>; empty for none.</summary>
    public required string Challenge { get; init; }

    /// <summary><c>[couchdb] users_db_security_editable</c>.</summary>
    public required bool IsUsersSecurityEditable { get; init; }

    /// <summary><c>[chttpd_auth] public_fields</c>: what strangers see of a user's document.</summary>
    public required IReadOnlyList<string> PublicUserFields { get; init; }

    /// <summary><c>[cloudwall] host_names</c>.</summary>
    public required FrozenSet<string> HostNames { get; init; }

    /// <summary><c>[chttpd] admin_only_all_dbs</c>.</summary>
    public required bool AreListsForAdmins { get; init; }

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
    public static HttpSettings From(SettingsStore settings) => new()
    {
        RequireValidUser = settings.Get(RequireUser),
        RequireValidUserExceptForUp = settings.Get(RequireUserExceptForUp),
        Challenge = HeaderText.Clean(settings.Get(ChallengeSetting)),
        IsUsersSecurityEditable = settings.Get(UsersSecurity),
        HostNames = settings.Get(HostNamesSetting).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        AreListsForAdmins = settings.Get(AdminOnlyLists),
        PublicUserFields = settings.Get(PublicFields),
        Port = settings.Get(PortSetting),
        BindAddress = settings.Get(BindAddressSetting),
        MaxHttpRequestSize = settings.Get(MaxRequestSize),
        MaxUriLength = settings.Get(MaxUriLengthSetting),
        MaxConnections = settings.Get(MaxConnectionsSetting),
        MaxConnectionsPerAddress = (int?)settings.Get(PerAddress),
        MaxFeeds = settings.Get(MaxFeedsSetting),
        StallTimeout = settings.Get(StallTimeoutSetting),
        AnswerMemory = settings.Get(AnswerMemorySetting),
        RetryAfter = settings.Get(RetryAfterSetting).ToString(CultureInfo.InvariantCulture),
        ChangesTimeout = settings.Get(ChangesTimeoutSetting),
        BufferResponse = settings.Get(BufferResponseSetting),
        MaxDatabasesInfo = settings.Get(MaxDatabases),
        PreferMinimal = settings.Get(Minimal).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        ForwardedHostHeader = settings.Get(ForwardedHost),
        ForwardedProtoHeader = settings.Get(ForwardedProto),
        ForwardedSslHeader = settings.Get(ForwardedSsl),
        ContentPolicies = ContentPolicies.Read(settings),
        RewriteLimit = settings.Get(RewriteLimitSetting),
        DecodePlusToSpace = settings.Get(DecodePlus),
        AllowJsonp = settings.Get(Jsonp),
        SecureRewrites = settings.Get(SecureRewritesSetting),
        MaxPurgedDocuments = settings.Get(PurgedDocuments),
        MaxPurgedRevisions = settings.Get(PurgedRevisions),
        MaxUuids = settings.Get(MaxUuidsSetting),
    };
}
