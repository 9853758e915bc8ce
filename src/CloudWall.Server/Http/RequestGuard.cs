using System.Net;
using CloudWall.Access.Caching;
using CloudWall.Access.Sessions;
using CloudWall.Documents;
using CloudWall.Server.Cors;
using CloudWall.Settings;

namespace CloudWall.Server.Http;

/// <summary>
/// Refuses requests that a page of a stranger makes in the name of whoever looks at it. Browsers say which page asks (<c>Origin</c>,
/// <c>Sec-Fetch-Site</c>); they take a page whose name has been rebound to this node for one of the node, which <c>Host</c> shows.
/// </summary>
/// <param name="cors">Which pages may ask.</param>
/// <param name="virtualHosts">Names of this node.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told whose pages were refused.</param>
internal sealed class RequestGuard(
    FollowedSettings<CorsPolicy> cors, FollowedSettings<VirtualHosts> virtualHosts, TimeProvider time, Action<string> log)
{
    private static readonly string Machine = Dns.GetHostName();

    private readonly RecentEntries<string, bool> _told = new(100, TimeSpan.FromHours(1), isRenewedByUse: false, time);

    /// <summary>Refuses a forged request.</summary>
    /// <exception cref="DocumentException">403: it is refused.</exception>
    public void Check(Exchange exchange)
    {
        var headers = exchange.RequestHeaders;
        if (headers.Origin.Count > 0)
        {
            var origin = headers.Origin.ToString();
            if (!IsOwn(exchange, origin) && !cors.Value.Accepts(origin))
            {
                Tell(origin);
                if (CarriesRights(exchange))
                {
                    throw HttpErrors.Forbidden("A page of another origin may not do that: [cors] origins does not name it.");
                }
            }
        }
        else if (headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && CarriesRights(exchange))
        {
            throw HttpErrors.Forbidden("A page of another site may not do that.");
        }

        if (IsSensitive(exchange.Target) && !IsOwnName(exchange))
        {
            throw HttpErrors.Forbidden("The node does not know the name in `Host` as its own: [cloudwall] host_names may have it.");
        }
    }

    private static bool IsOwn(Exchange exchange, string origin) =>
        string.Equals(origin, exchange.AbsoluteUri(string.Empty), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request would change something, and browsers may have added to it what lets it do so.</summary>
    private static bool CarriesRights(Exchange exchange)
    {
        if (exchange.Method is "GET" or "OPTIONS")
        {
            return false;
        }

        var headers = exchange.RequestHeaders;
        return headers.Authorization.ToString().StartsWith("Basic", StringComparison.OrdinalIgnoreCase)
            || headers.Cookie.ToString().Contains(SessionIssuer.CookieName + "=", StringComparison.Ordinal)
            || (exchange.Target.Count == 1 && exchange.Target.Text(0) == "_session");
    }

    /// <summary>Signing in, set-up and settings.</summary>
    private static bool IsSensitive(RequestTarget target) =>
        target.Count > 0 && target.Bytes(0).StartsWith("_"u8)
        && (target.Text(0) is "_session" or "_cluster_setup"
            || (target.Count > 2 && target.Text(0) == "_node" && target.Text(2) == "_config"));

    private bool IsOwnName(Exchange exchange)
    {
        var host = exchange.RequestHeaders.Host.ToString();
        var colon = host.LastIndexOf(':');
        var name = (colon > 0 && !host.EndsWith(']') ? host[..colon] : host).TrimEnd('.');

        // Nobody can rebind an address, or a name that the domain name system has not.
        return !name.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(name, out _)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, Machine, StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, Machine + ".local", StringComparison.OrdinalIgnoreCase)
            || exchange.Settings.HostNames.Contains(name)
            || virtualHosts.Value.Has(name);
    }

    private void Tell(string origin)
    {
        var shown = HeaderText.Clean(origin.Length > 200 ? origin[..200] : origin);
        if (!_told.TryGet(shown, out _))
        {
            _told.Set(shown, static _ => true);
            log($"A page of {shown} was refused: [cors] origins does not name it. To let it in: cloudwall origins add {shown}");
        }
    }
}
