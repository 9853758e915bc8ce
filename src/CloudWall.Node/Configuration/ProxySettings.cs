using CloudWall.Access.Proxies;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>Users whom a proxy has identified: <c>[chttpd_auth] x_auth_…</c> and <c>proxy_use_secret</c>.</summary>
internal static class ProxySettings
{
    private const string Section = "chttpd_auth";

    private static readonly ProxyOptions Usual = new();

    private static readonly Setting<string> Name = new(
        Section, "x_auth_username", SettingKinds.Text, Usual.NameHeader, "The header in which a proxy names the user.");

    private static readonly Setting<string> Roles = new(
        Section, "x_auth_roles", SettingKinds.Text, Usual.RolesHeader,
        "The header in which a proxy names the roles of the user, with commas.");

    private static readonly Setting<string> Token = new(
        Section, "x_auth_token", SettingKinds.Text, Usual.TokenHeader,
        "The header with the HMAC of the name under the secret, by one of hash_algorithms, in hexadecimal digits.");

    private static readonly Setting<bool> NeedsToken = new(
        Section, "proxy_use_secret", SettingKinds.Boolean, Usual.NeedsToken,
        "Whether the headers of a proxy count with that token alone. Without it, and with proxy_authentication_handler, whoever reaches "
        + "the node can be anyone.");

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Name, Roles, Token, NeedsToken];

    /// <summary>Reads them, without the secret.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static ProxyOptions Read(SettingsStore settings) => new()
    {
        NameHeader = settings.Get(Name),
        RolesHeader = settings.Get(Roles),
        TokenHeader = settings.Get(Token),
        NeedsToken = settings.Get(NeedsToken),
    };
}
