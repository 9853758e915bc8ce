using CloudWall.Access.Tokens;
using CloudWall.Settings;

namespace CloudWall.Node.Configuration;

/// <summary>Which JSON Web Tokens are taken: <c>[jwt_auth]</c> and <c>[jwt_keys]</c>.</summary>
internal static class TokenSettings
{
    private const string Auth = "jwt_auth";
    private const string Keys = "jwt_keys";

    private static readonly SettingKind<TokenClaims> ClaimsKind = new(
        "a list such as exp, nbf, {iss, \"ACME\"}", TryParseClaims, static value => value.Text);

    private static readonly Setting<TokenClaims> Claims = new(
        Auth, "required_claims", ClaimsKind, TokenClaims.Usual,
        "What a JSON Web Token must have: alg, exp, iat, {iss, \"NAME\"}, kid, nbf, typ. One that says when it expires is not taken after "
        + "that, whether it has to say so or not.");

    private static readonly Setting<string> RolesName = new(
        Auth, "roles_claim_name", SettingKinds.Text, "_couchdb.roles", "The claim with the roles of the user.");

    private static readonly Setting<string> RolesPath = new(
        Auth, "roles_claim_path", SettingKinds.Text, string.Empty,
        "Where the roles stand within the claims, such as my.nested.roles; it comes before roles_claim_name. \\. is a dot in a name.");

    private static readonly Setting<TokenKey?> Secret = new(
        Keys, "hmac:{kid}", Key(TokenKeyKind.Secret, "a secret in base64"), null,
        "The secret of tokens with HS256, HS384 or HS512 that name this key. hmac:_default is that of tokens that name none.")
    { IsSecret = true };

    private static readonly Setting<TokenKey?> Rsa = new(
        Keys, "rsa:{kid}", Key(TokenKeyKind.Rsa, "a public RSA key in PEM, with \\n for line ends"), null,
        "The public key of tokens with RS256, RS384, RS512, PS256, PS384 or PS512 that name this key, or none (rsa:_default).");

    private static readonly Setting<TokenKey?> Curve = new(
        Keys, "ec:{kid}", Key(TokenKeyKind.Curve, "a public EC key in PEM, with \\n for line ends"), null,
        "The public key of tokens with ES256, ES384 or ES512 that name this key, or none (ec:_default).");

    /// <summary>The settings.</summary>
    public static IReadOnlyList<Setting> All { get; } = [Claims, RolesName, RolesPath, Secret, Rsa, Curve];

    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">One is invalid.</exception>
    public static TokenOptions Read(SettingsStore settings)
    {
        var path = settings.Get(RolesPath);
        return new TokenOptions
        {
            Claims = settings.Get(Claims),
            RolesPath = path.Length > 0 ? TokenOptions.SplitPath(path) : [settings.Get(RolesName)],
            Keys = ReadKeys(settings),
        };
    }

    private static Dictionary<TokenKeyName, TokenKey> ReadKeys(SettingsStore settings)
    {
        var keys = new Dictionary<TokenKeyName, TokenKey>();
        foreach (var (name, _) in settings.Section(Keys))
        {
            if (TokenKeyName.TryParse(name) is { } found && settings.Get(DefinitionOf(found.Kind).Named(name)) is { } key)
            {
                keys[found] = key;
            }
        }

        return keys;
    }

    private static Setting<TokenKey?> DefinitionOf(TokenKeyKind kind) => kind switch
    {
        TokenKeyKind.Secret => Secret,
        TokenKeyKind.Rsa => Rsa,
        _ => Curve,
    };

    private static SettingKind<TokenKey?> Key(TokenKeyKind kind, string wanted) => new(
        wanted, (text, out value) => (value = TokenKey.TryParse(kind, text)) is not null, static _ => string.Empty);

    private static bool TryParseClaims(string text, out TokenClaims value)
    {
        var claims = TokenClaims.TryParse(text);
        value = claims ?? TokenClaims.Usual;
        return claims is not null;
    }
}
