using System.Net;
using CloudWall.Documents;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>
/// Where a redirect leads, and what may go along. Another origin gets neither password, cookies nor headers, and no body: whoever answers
/// could otherwise send them to anybody.
/// </summary>
internal static class Redirects
{
    /// <summary>How many are followed for one request.</summary>
    public const int Max = 10;

    /// <summary>Whether two URLs have the same scheme, host and port.</summary>
    public static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.Port == other.Port
            && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where an answer leads; null where it is no redirect.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="from">What was asked for.</param>
    public static Uri? TargetOf(HttpResponseMessage response, Uri from) =>
        response.StatusCode
            is HttpStatusCode.MovedPermanently
            or HttpStatusCode.Found
            or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect
            or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
        && Uri.TryCreate(from, location, out var target)
            ? target
            : null;

    /// <summary>The request that follows one.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="status">The redirect's status: 303 asks for another method.</param>
    /// <param name="from">Where it was asked.</param>
    /// <param name="to">Where it leads.</param>
    /// <param name="http">The peer.</param>
    /// <exception cref="PeerException">It is not followed.</exception>
    public static PeerRequest Follow(PeerRequest request, HttpStatusCode status, Uri from, Uri to, PeerHttp http)
    {
        if (status == HttpStatusCode.SeeOther)
        {
            request = request with { Method = HttpMethod.Get, Content = null };
        }

        var isDowngrade = from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps;
        return to.Scheme is not ("http" or "https") || isDowngrade || (request.Content is not null && !IsSameOrigin(from, to))
            ? throw Refused(http.Address, Elsewhere(to, http.Redaction, "this request is"))
            : request;
    }

    /// <summary>Says that something does not go along to where the peer leads.</summary>
    /// <param name="to">Where; the peer decides what it says.</param>
    /// <param name="redaction">The peer's.</param>
    /// <param name="what">What does not, with its verb.</param>
    public static string Elsewhere(Uri to, Redaction redaction, string what) =>
        $"redirects to {redaction.Clean(to.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped))}, where {what} not sent: name that URL instead";

    /// <summary>A redirect that is not followed.</summary>
    public static PeerException Refused(RemoteAddress address, string why) =>
        new(new DocumentError(500, "http_request_failed", $"{address} {why}"), isTransient: false);
}
