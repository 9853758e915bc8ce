using System.Text;
using CloudWall.Documents;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Takes credentials out of what a peer says. A peer knows them, and may repeat them in an error that ends up in logs, answers and
/// documents.
/// </summary>
/// <param name="address">The peer, with the credentials.</param>
/// <param name="proxy">The proxy on the way, with the credentials that it is sent; null for none.</param>
internal sealed class Redaction(RemoteAddress address, Uri? proxy = null)
{
    /// <summary>How many characters of a text are kept.</summary>
    private const int LongestText = 1000;

    /// <summary>Shorter ones would be found in any text.</summary>
    private const int ShortestSecret = 3;

    /// <summary>Shorter ones may be words, or parts of words.</summary>
    private const int ShortestUnlikely = 8;

    private readonly string[] _secrets = [.. SecretsOf(address)
        .Concat(proxy?.UserInfo.Split(':', 2) is [var user, var password]
            ? SecretsOf(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password))
            : [])
        .Where(static secret => secret.Length >= ShortestSecret)
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(static secret => secret.Length)];

    private volatile string? _cookie;

    /// <summary>Notes the cookie that the peer gave last, such as <c>AuthSession=…</c>.</summary>
    public void Learn(string? cookie) => _cookie = cookie is null ? null : cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..];

    /// <summary>A text without credentials, and not longer than a message should be.</summary>
    public string Clean(string text)
    {
        foreach (var secret in _secrets)
        {
            text = Replace(text, secret);
        }

        if (_cookie is { Length: >= ShortestSecret } cookie)
        {
            text = Replace(text, cookie);
        }

        return text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "…");
    }

    /// <summary>A refusal without credentials.</summary>
    public DocumentError Clean(DocumentError error) => error with { Error = Clean(error.Error), Reason = Clean(error.Reason) };

    /// <summary>What basic credentials are sent as, and the password as it may be repeated.</summary>
    private static IEnumerable<string> SecretsOf(string user, string password) =>
        [Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")), password, Uri.EscapeDataString(password)];

    private static IEnumerable<string> SecretsOf(RemoteAddress address)
    {
        if (address.UserName is { } user)
        {
            foreach (var secret in SecretsOf(user, address.Password ?? string.Empty))
            {
                yield return secret;
            }
        }

        foreach (var (_, value) in address.Headers)
        {
            yield return value;

            // What follows a scheme, and the values of cookies.
            foreach (var part in value.Split([' ', ';', ',']))
            {
                yield return part;
                yield return part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..];
            }
        }

        foreach (var part in (string[])[address.Prefix, .. address.Prefix.Split('/')])
        {
            if (part.Length >= ShortestUnlikely)
            {
                yield return part;
            }
        }
    }

    /// <summary>Replaces a secret; a short one only where it stands by itself, since it may be part of an ordinary word.</summary>
    private static string Replace(string text, string secret)
    {
        for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0;)
        {
            var end = at + secret.Length;
            if (secret.Length < ShortestUnlikely
                && ((at > 0 && char.IsLetterOrDigit(text[at - 1])) || (end < text.Length && char.IsLetterOrDigit(text[end]))))
            {
                at = text.IndexOf(secret, at + 1, StringComparison.Ordinal);
                continue;
            }

            text = string.Concat(text.AsSpan(0, at), "***", text.AsSpan(end));
            at = text.IndexOf(secret, at + 3, StringComparison.Ordinal);
        }

        return text;
    }
}
