using System.Globalization;

namespace CloudWall.Server.Cors;

/// <summary>
/// Origins of web pages as <c>[cors] origins</c> names them: <c>https://my.app</c>, or <c>http://localhost:*</c> for every port.
/// </summary>
internal static class Origin
{
    private const string AnyPort = ":*";

    /// <summary>The origins of apps on the user's own device.</summary>
    public static string[] Usual => ["app://obsidian.md", "capacitor://localhost", "http://localhost:*", "http://127.0.0.1:*"];

    /// <summary>Whether a name stands for every port.</summary>
    public static bool IsAnyPort(string name) => name.EndsWith(AnyPort, StringComparison.Ordinal);

    /// <summary>Whether an origin is one with any port, or none.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="named">The name without its port.</param>
    public static bool IsOfAnyPort(string origin, string named)
    {
        if (!origin.StartsWith(named, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = origin.AsSpan(named.Length);
        return rest.Length == 0 || (rest.Length > 1 && rest[0] == ':' && rest[1..].IndexOfAnyExceptInRange('0', '9') < 0);
    }

    /// <summary>Whether a text names an origin: a scheme and a host, perhaps a port, in small letters and without a path.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bare = IsAnyPort(text) ? text[..^AnyPort.Length] : text;
        return Uri.TryCreate(bare, UriKind.Absolute, out var uri)
            && uri.Host.Length > 0
            && bare == (uri.IsDefaultPort ? $"{uri.Scheme}://{uri.Host}" : string.Create(
                CultureInfo.InvariantCulture, $"{uri.Scheme}://{uri.Host}:{uri.Port}"));
    }
}
