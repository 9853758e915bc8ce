using System.Net;
using System.Text;
using CloudWall.Documents.Waiting;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// A session with a remote node (<c>POST /_session</c>): a cookie spares it the hashing of the password with every request. Where it
/// offers none, basic credentials go with every request.
/// </summary>
internal sealed class CookieSession(RemoteAddress address, HttpClient client, Redaction redaction)
{
    private volatile string? _cookie;
    private volatile bool _isRefused;
    private readonly Turns _renewing = new(1);

    /// <summary>Signs a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="expired">The cookie that was just refused; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The cookie that went with it; null where credentials did.</returns>
    public async ValueTask<string?> SignAsync(HttpRequestMessage request, string? expired, CancellationToken cancellation)
    {
        var cookie = _cookie;
        if (expired is not null ? cookie == expired : cookie is null && !_isRefused)
        {
            cookie = await RenewAsync(expired, cancellation);
        }

        if (cookie is null)
        {
            request.Headers.Authorization = PeerHttp.Basic(address.UserName!, address.Password);
        }
        else
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        }

        return cookie;
    }

    /// <summary>Takes the newer cookie that a node sends before the old one expires.</summary>
    public void Learn(HttpResponseMessage response)
    {
        if (CookieOf(response) is { } cookie)
        {
            redaction.Learn(cookie);
            _cookie = cookie;
        }
    }

    private static string? CookieOf(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("Set-Cookie", out var values))
        {
            foreach (var value in values)
            {
                if (value.StartsWith("AuthSession=", StringComparison.Ordinal) && value.Split(';', 2)[0] is { Length: > 12 } cookie)
                {
                    return cookie;
                }
            }
        }

        return null;
    }

    private async Task<string?> RenewAsync(string? refused, CancellationToken cancellation)
    {
        await _renewing.EnterAsync(cancellation);
        try
        {
            if (_cookie != refused)
            {
                return _cookie;
            }

            // The session belongs to the server, or to what lies in front of the database's name.
            using var request = new HttpRequestMessage(HttpMethod.Post, address.ServerUriOf("_session"))
            {
                Content = new StringContent(
                    $"{{\"name\":{Peer.Quote(address.UserName!)},\"password\":{Peer.Quote(address.Password ?? string.Empty)}}}",
                    Encoding.UTF8,
                    "application/json"),
            };
            foreach (var (name, value) in address.Headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            // Nobody reads what it says: the cookie is in the head.
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            _cookie = response.IsSuccessStatusCode ? CookieOf(response) : null;
            redaction.Learn(_cookie);
            _isRefused = _cookie is null && (response.IsSuccessStatusCode || response.StatusCode is not >= HttpStatusCode.InternalServerError);
            return _cookie;
        }
        finally
        {
            _renewing.Leave();
        }
    }
}
