using System.Text.RegularExpressions;

namespace CloudWall.Access.Tokens;

/// <summary>What a token must have: <c>[jwt_auth] required_claims</c>, such as <c>exp, {iss, "ACME"}</c>.</summary>
public sealed partial record TokenClaims
{
    private static readonly string[] Known = ["alg", "exp", "iat", "iss", "kid", "nbf", "sig", "typ"];

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private TokenClaims(string text) => Text = text;

    /// <summary>CouchDB's default.</summary>
    public static TokenClaims Usual { get; } = TryParse("exp")!;

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>What <c>iss</c> must be; null for anything.</summary>
    public string? Issuer { get; private set; }

    /// <summary>Whether a claim, or a member of the header, must be there.</summary>
    public bool Needs(string name) => _names.Contains(name);

    /// <summary>Reads a list; null where it is none.</summary>
    public static TokenClaims? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var claims = new TokenClaims(text);
        var end = 0;
        foreach (Match match in ClaimPattern().Matches(text))
        {
            if (match.Index != end)
            {
                return null;
            }

            end = match.Index + match.Length;
            var name = match.Groups["name"].Value;
            var value = match.Groups["value"];
            if (value.Success)
            {
                claims.Issuer = value.Value;
                name = match.Groups["key"].Value;
            }

            if (!claims._names.Add(name) || Array.IndexOf(Known, name) < 0 || (name == "iss") != value.Success)
            {
                return null;
            }
        }

        return end == text.Length ? claims : null;
    }

    [GeneratedRegex("""\s*(?:(?<name>[a-z]+)|\{\s*(?<key>[a-z]+)\s*,\s*"(?<value>[^"]+)"\s*\})\s*(?:,|$)""", RegexOptions.CultureInvariant)]
    private static partial Regex ClaimPattern();
}
