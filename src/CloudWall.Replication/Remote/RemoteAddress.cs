using System.Buffers;
using System.Text;

namespace CloudWall.Replication.Remote;

/// <summary>Where a remote database is, and with what one comes in.</summary>
/// <param name="Url">The database's URL as it was given, without credentials, ending in a slash.</param>
/// <param name="UserName">The user; null for none.</param>
/// <param name="Password">The password.</param>
/// <param name="Headers">Headers for every request.</param>
public sealed record RemoteAddress(
    string Url,
    string? UserName,
    string? Password,
    IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>What is encoded in a URL stays so: a document may be called <c>..</c>.</summary>
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>
    /// What a request's first line must not have in its target: it would end there, and the rest would be read as another header or
    /// request.
    /// </summary>
    private static readonly SearchValues<char> Separators =
        SearchValues.Create([' ', '\u007f', .. Enumerable.Range(0, ' ').Select(static control => (char)control)]);

    /// <summary>The node's own URL: the database's without the database's name, ending in a slash.</summary>
    public string Server => Url[..(Url.AsSpan(0, Url.Length - 1).LastIndexOf('/') + 1)];

    /// <summary>Takes the credentials out of a URL.</summary>
    /// <exception cref="UriFormatException">It is no URL of <c>http</c> or <c>https</c>, or names no database.</exception>
    public static RemoteAddress Parse(string url, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (url.AsSpan().ContainsAny(Separators))
        {
            throw new UriFormatException("The URL has white space or a control character.");
        }

        var end = url.IndexOfAny(['?', '#']);
        var text = (end < 0 ? url : url[..end]).TrimEnd('/') + "/";
        var host = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (host < 3 || text.IndexOf('/', host) is not (> 0 and var path) || path == host || path == text.Length - 1)
        {
            throw new UriFormatException("The URL names no database.");
        }

        string? user = null;
        string? password = null;
        var at = text.LastIndexOf('@', path);
        if (at >= host)
        {
            // A name without a password is none, as in CouchDB.
            if (text[host..at].Split(':', 2) is [var name, var secret])
            {
                user = Uri.UnescapeDataString(name);
                password = Uri.UnescapeDataString(secret);
            }

            text = text[..host] + text[(at + 1)..];
        }

        text = EscapePath(text, host);

        var address = new RemoteAddress(text, user, password, headers);
        return address.UriOf(string.Empty).Scheme is "http" or "https"
            ? address
            : throw new UriFormatException("The URL is none of http or https.");
    }

    /// <summary>
    /// It as shown to people: without passwords, headers, and what stands in the path before the database's name, which may be a secret as
    /// well.
    /// </summary>
    public override string ToString() =>
        Prefix.Length == 0 ? Url : string.Concat(Url.AsSpan(0, HostEnd + 1), "…", Url.AsSpan(Server.Length - 1));

    /// <summary>What stands in the path before the database's name, without the slashes around it.</summary>
    internal string Prefix => Server[HostEnd..].Trim('/');

    private int HostEnd => Url.IndexOf('/', Url.IndexOf("://", StringComparison.Ordinal) + 3);

    /// <summary>Encodes what is beyond ASCII in the path, and leaves the rest as it is.</summary>
    private static string EscapePath(string url, int host)
    {
        var path = url.IndexOf('/', host);
        if (Ascii.IsValid(url.AsSpan(path)))
        {
            return url;
        }

        var escaped = new StringBuilder(url, 0, path, url.Length * 2);
        foreach (var rune in url.AsSpan(path).EnumerateRunes())
        {
            escaped.Append(rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        }

        return escaped.ToString();
    }

    /// <summary>A URL below the database's.</summary>
    /// <param name="path">The rest, encoded.</param>
    internal Uri UriOf(string path) => new(Url + path, AsGiven);

    /// <summary>A URL below the node's.</summary>
    /// <param name="path">The rest, encoded.</param>
    internal Uri ServerUriOf(string path) => new(Server + path, AsGiven);
}
