using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Replication.Remote;

namespace CloudWall.Replication.Requests;

/// <summary>Reads a source or a target: a name, a URL, or an object with <c>url</c>, <c>auth</c> and <c>headers</c>.</summary>
internal static class EndpointParser
{
    /// <summary>What names of headers are made of (RFC 9110, 5.6.2).</summary>
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Headers that say where a message ends or what the connection becomes. Whoever makes the request decides that.</summary>
    private static readonly FrozenSet<string> Framing =
        FrozenSet.ToFrozenSet(["Content-Length", "Trailer", "Transfer-Encoding", "Upgrade"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What values of headers have none of (RFC 9110, 5.5): control characters other than the tab.</summary>
    private static readonly SearchValues<char> ForbiddenCharacters = SearchValues.Create(
        ['\u007f', .. Enumerable.Range(0, ' ').Select(static control => (char)control).Where(static control => control != '\t')]);

    /// <summary>Reads one.</summary>
    /// <param name="value">It.</param>
    /// <param name="proxy">The URL of a proxy; null or empty for none.</param>
    /// <exception cref="RequestException">It is missing or no such thing.</exception>
    public static Endpoint Parse(JsonElement value, string? proxy)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when value.GetString() is { Length: > 0 } text:
                return IsUrl(text) ? Remote(text, [], null, null, proxy) : new Endpoint(text, null, null);
            case JsonValueKind.Number:
                return new Endpoint(value.GetRawText(), null, null);
            case JsonValueKind.Object:
                return Parse(value, Url(value), proxy);
            case JsonValueKind.Undefined:
                throw new RequestException(
                    DocumentError.BadRequest("Missing replicator database"), "Missing replicator database");
            default:
                throw Invalid();
        }
    }

    /// <summary>Whether it has one of the schemes that are spoken.</summary>
    private static bool IsUrl(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static string Url(JsonElement value) =>
        value.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String && url.GetString() is { Length: > 0 } text
            ? text
            : throw Invalid();

    private static Endpoint Parse(JsonElement value, string url, string? proxy)
    {
        if (!IsUrl(url))
        {
            throw Invalid();
        }

        var headers = new List<KeyValuePair<string, string>>();
        (string User, string Password)? fromHeader = null;
        (string User, string Password)? credentials = null;
        if (value.TryGetProperty("headers", out var given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in given.EnumerateObject())
            {
                var content = header.Value.ValueKind == JsonValueKind.String ? header.Value.GetString()! : header.Value.GetRawText();
                CheckHeader(header.Name, content);
                if (header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && Basic(content) is { } basic)
                {
                    fromHeader = basic;
                }
                else
                {
                    headers.Add(new(header.Name, content));
                }
            }
        }

        if (value.TryGetProperty("auth", out var auth)
            && auth.ValueKind == JsonValueKind.Object
            && auth.TryGetProperty("basic", out var named)
            && named.ValueKind == JsonValueKind.Object
            && named.TryGetProperty("username", out var user)
            && named.TryGetProperty("password", out var password)
            && user.ValueKind == JsonValueKind.String
            && password.ValueKind == JsonValueKind.String)
        {
            credentials = (user.GetString()!, password.GetString()!);
        }

        return Remote(url, headers, credentials, fromHeader, proxy);
    }

    /// <summary>A header must not end before its value does, or it would bring others along, nor end the message.</summary>
    private static void CheckHeader(string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(TokenCharacters) || Framing.Contains(name)
            || value.AsSpan().ContainsAny(ForbiddenCharacters))
        {
            throw new RequestException(DocumentError.BadRequest("endpoint has an invalid header"), "endpoint has an invalid header");
        }
    }

    private static Endpoint Remote(
        string url,
        List<KeyValuePair<string, string>> headers,
        (string User, string Password)? credentials,
        (string User, string Password)? fromHeader,
        string? proxy)
    {
        RemoteAddress address;
        try
        {
            address = RemoteAddress.Parse(url, headers);
        }
        catch (UriFormatException)
        {
            throw Invalid();
        }

        // In CouchDB's order: `auth`, the URL, a header.
        if ((credentials ?? (address.UserName is null ? fromHeader : null)) is { } given)
        {
            address = address with { UserName = given.User, Password = given.Password };
        }

        return new Endpoint(null, address, Proxy(proxy));
    }

    private static Uri? Proxy(string? proxy)
    {
        if (string.IsNullOrEmpty(proxy))
        {
            return null;
        }

        return Uri.TryCreate(proxy, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "socks5"
            ? uri
            : throw new RequestException(DocumentError.BadRequest("proxy has an invalid url"), "proxy has an invalid url");
    }

    private static (string User, string Password)? Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2);
            return parts.Length == 2 ? (parts[0], parts[1]) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static RequestException Invalid() =>
        new(DocumentError.BadRequest("endpoint has an invalid url"), "endpoint has an invalid url");
}
