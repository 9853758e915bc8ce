using System.Security.Cryptography;
using System.Text;
using CloudWall.Access;
using CloudWall.Access.Lockouts;
using CloudWall.Access.Passwords;
using CloudWall.Access.Sessions;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>Who may sign in, and how: <c>[chttpd_auth]</c>, <c>[chttpd_auth_lockout]</c> and <c>[couch_passwords_cache]</c>.</summary>
public sealed record AccessSettings
{
    private const string Auth = "chttpd_auth";
    private const string Lockout = "chttpd_auth_lockout";
    private const string Cache = "couch_passwords_cache";

    private static readonly LockoutOptions UsualLockouts = new();
    private static readonly VerifiedPasswordOptions UsualCache = new();
    private static readonly SessionOptions UsualSessions = new() { Secret = string.Empty };

    private static readonly SettingKind<string> SameSiteKind = new(
        "one of Lax, Strict, None, or empty", TryParseSameSite, static value => value);

    private static readonly SettingKind<IReadOnlyList<SessionHash>> HashesKind = new(
        "a list with commas of " + string.Join(", ", SessionHash.All.Select(static hash => hash.Name)),
        TryParseHashes,
        static value => string.Join(", ", value.Select(static hash => hash.Name)));

    private static readonly SettingKind<AuthenticationHandlers> HandlersKind = new(
        "a list of {chttpd_auth, NAME_authentication_handler}, where NAME is cookie, default, jwt or proxy",
        TryParseHandlers,
        static value => value.ToString());

    private static readonly Setting<string> Secret = new(
        Auth, "secret", SettingKinds.Text, string.Empty,
        "What session cookies are signed with. Whoever knows it can be anyone. One is made at the first start.", "none")
    { IsSecret = true };

    private static readonly Setting<TimeSpan> Timeout = new(
        Auth, "timeout", SettingKinds.Seconds(), UsualSessions.Timeout, "How long a session lasts that is not used.");

    private static readonly Setting<bool> ArePersistent = new(
        Auth, "allow_persistent_cookies", SettingKinds.Boolean, UsualSessions.ArePersistent, "Whether browsers keep the session cookie when they are closed.");

    private static readonly Setting<string> Domain = new(
        Auth, "cookie_domain", SettingKinds.Text, UsualSessions.Domain, "A domain whose hosts all get the session cookie.");

    private static readonly Setting<string> SameSite = new(
        Auth, "same_site", SameSiteKind, UsualSessions.SameSite,
        "Whether pages of other sites may send the session cookie. None, which is for HTTPS alone, lets them. Empty in CouchDB.");

    private static readonly Setting<IReadOnlyList<SessionHash>> Hashes = new(
        Auth, "hash_algorithms", HashesKind, UsualSessions.Hashes, "How session cookies are signed: the first for new ones, all for those that come.")
    { IsShown = true };

    private static readonly Setting<LockoutMode> Mode = new(
        Lockout, "mode", SettingKinds.Choice(("enforce", LockoutMode.Enforce), ("warn", LockoutMode.Warn), ("off", LockoutMode.Off)), UsualLockouts.Mode,
        "What becomes of an address that fails to sign in as someone again and again: it is refused (403), or the log says so.");

    private static readonly Setting<int> Threshold = new(
        Lockout, "threshold", SettingKinds.Count(1), UsualLockouts.Threshold, "After how many failures.");

    private static readonly Setting<int> MaxFailures = new(
        Lockout, "max_objects", SettingKinds.Count(1), UsualLockouts.MaxObjects, "Pairs of a name and an address that are counted.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> FailureLifetime = new(
        Lockout, "max_lifetime", SettingKinds.Milliseconds(), UsualLockouts.MaxLifetime, "How long failures count, from the first one on.")
    { IsReadAtStart = true };

    private static readonly Setting<bool> IsCacheEnabled = new(
        Cache, "enable", SettingKinds.Boolean, UsualCache.IsEnabled, "Whether verified passwords are remembered, so that they are hashed once and not for each request.");

    private static readonly Setting<int> MaxRemembered = new(
        Cache, "max_objects", SettingKinds.Count(0), UsualCache.MaxObjects, "Passwords that are remembered.")
    { IsReadAtStart = true };

    private static readonly Setting<TimeSpan> MaxIdle = new(
        Cache, "max_idle", SettingKinds.Milliseconds(), UsualCache.MaxIdle, "How long a password is remembered that is not used.")
    { IsReadAtStart = true };

    private static readonly Setting<AuthenticationHandlers> Handlers = new(
        "chttpd", "authentication_handlers", HandlersKind, AuthenticationHandlers.Usual,
        "How users are identified, in this order: by cookie_authentication_handler, default_authentication_handler (basic credentials), "
        + "jwt_authentication_handler (JSON Web Tokens) and proxy_authentication_handler, each as {chttpd_auth, NAME}.");

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Handlers, .. TokenSettings.All, .. ProxySettings.All,
        Secret, Timeout, ArePersistent, Domain, SameSite, Hashes, Mode, Threshold, MaxFailures, FailureLifetime, IsCacheEnabled, MaxRemembered, MaxIdle,
    ];

    /// <summary>Session cookies.</summary>
    public required SessionOptions Sessions { get; init; }

    /// <summary>How users are identified.</summary>
    public required AuthenticationOptions Authentication { get; init; }

    /// <summary>Failed sign-ins.</summary>
    public required LockoutOptions Lockouts { get; init; }

    /// <summary>Verified passwords that are remembered.</summary>
    public required VerifiedPasswordOptions Verified { get; init; }

    /// <summary>With which the node seals what it writes into checkpoints: none but the node can make it.</summary>
    public ReadOnlyMemory<byte> CheckpointKey => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Sessions.Secret), "checkpoints"u8);

    /// <summary>Reads them. The secret is there: <see cref="SettleSecret"/>.</summary>
    public static AccessSettings Read(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var sessions = ReadSessions(settings);
        return new AccessSettings
        {
            Sessions = sessions,
            Authentication = new AuthenticationOptions
            {
                Handlers = settings.Get(Handlers),
                Tokens = TokenSettings.Read(settings),
                Proxy = ProxySettings.Read(settings) with { Secret = sessions.Secret, Hashes = sessions.Hashes },
            },
            Lockouts = new LockoutOptions
            {
                Mode = settings.Get(Mode),
                Threshold = settings.Get(Threshold),
                MaxObjects = settings.Get(MaxFailures),
                MaxLifetime = settings.Get(FailureLifetime),
            },
            Verified = new VerifiedPasswordOptions
            {
                IsEnabled = settings.Get(IsCacheEnabled),
                MaxObjects = settings.Get(MaxRemembered),
                MaxIdle = settings.Get(MaxIdle),
            },
        };
    }

    /// <summary>Whether a setting is the secret of session cookies.</summary>
    public static bool IsSecret(string section, string key) => key == Secret.Key && section is Auth or "couch_httpd_auth";

    /// <summary>Makes the secret of session cookies where there is none, and stores it.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="make">Makes one.</param>
    public static void SettleSecret(SettingsStore settings, Func<string> make)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(make);
        if (settings.Get(Secret).Length == 0)
        {
            settings.Set(Secret.Section, Secret.Key, make());
        }
    }

    /// <summary>Whether admins can sign in with their passwords.</summary>
    public static bool TakesPasswords(SettingsStore settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Get(Handlers).TakesPasswords;
    }

    private static SessionOptions ReadSessions(SettingsStore settings) => new()
    {
        Secret = settings.Get(Secret),
        Timeout = settings.Get(Timeout),
        ArePersistent = settings.Get(ArePersistent),
        Domain = settings.Get(Domain),
        SameSite = settings.Get(SameSite),
        Hashes = settings.Get(Hashes),
    };

    private static bool TryParseHandlers(string text, out AuthenticationHandlers value)
    {
        var handlers = AuthenticationHandlers.TryParse(text);
        value = handlers ?? AuthenticationHandlers.Usual;
        return handlers is not null;
    }

    private static bool TryParseSameSite(string text, out string value)
    {
        value = text.ToUpperInvariant() switch
        {
            "LAX" => "Lax",
            "STRICT" => "Strict",
            "NONE" => "None",
            _ => string.Empty,
        };
        return text.Length == 0 || value.Length > 0;
    }

    private static bool TryParseHashes(string text, out IReadOnlyList<SessionHash> value)
    {
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        value = [.. names.Select(SessionHash.Find).OfType<SessionHash>()];
        return names.Length > 0 && value.Count == names.Length;
    }
}
