using System.Text.RegularExpressions;

namespace CloudWall.Access;

/// <summary>
/// The ways to identify users, in the order in which they are tried: CouchDB's list of Erlang functions, of which the node knows four.
/// </summary>
public sealed partial class AuthenticationHandlers
{
    private static readonly (AuthenticationHandler Handler, string Name)[] Known =
    [
        (AuthenticationHandler.Cookie, "cookie"),
        (AuthenticationHandler.Basic, "default"),
        (AuthenticationHandler.Token, "jwt"),
        (AuthenticationHandler.Proxy, "proxy"),
    ];

    private AuthenticationHandlers(IReadOnlyList<AuthenticationHandler> items)
    {
        Items = items;
        Names = [.. items.Select(static item => Array.Find(Known, known => known.Handler == item).Name)];
    }

    /// <summary>CouchDB's default: cookies, then basic credentials.</summary>
    public static AuthenticationHandlers Usual { get; } = new([AuthenticationHandler.Cookie, AuthenticationHandler.Basic]);

    /// <summary>The ways, in order.</summary>
    public IReadOnlyList<AuthenticationHandler> Items { get; }

    /// <summary>Their names, as <c>_session</c> shows them.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether admins of the settings can sign in.</summary>
    public bool TakesPasswords => Items.Contains(AuthenticationHandler.Cookie) || Items.Contains(AuthenticationHandler.Basic);

    /// <summary>As a file has it.</summary>
    public override string ToString() => string.Join(", ", Names.Select(static name => $"{{chttpd_auth, {name}_authentication_handler}}"));

    /// <summary>Reads a list; null where it names a function that the node does not know, or none.</summary>
    public static AuthenticationHandlers? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var items = new List<AuthenticationHandler>();
        var end = 0;
        foreach (Match match in HandlerPattern().Matches(text))
        {
            var at = Array.FindIndex(Known, known => known.Name == match.Groups["name"].Value);
            if (match.Index != end || at < 0)
            {
                return null;
            }

            end = match.Index + match.Length;
            items.Add(Known[at].Handler);
        }

        return end == text.Length && items.Count > 0 ? new AuthenticationHandlers(items) : null;
    }

    [GeneratedRegex(
        """\s*\{\s*(?:chttpd_auth|couch_httpd_auth)\s*,\s*(?<name>[a-z]+)_authenti(?:fi)?cation_handler\s*\}\s*(?:,|$)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex HandlerPattern();
}
