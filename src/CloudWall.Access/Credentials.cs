using System.Net;
using CloudWall.Access.Proxies;

namespace CloudWall.Access;

/// <summary>What a request says of who makes it.</summary>
/// <param name="Authorization">The header <c>Authorization</c>; empty where there is none.</param>
/// <param name="Cookie">The header <c>Cookie</c>; empty where there is none.</param>
/// <param name="Address">Where the request comes from.</param>
/// <param name="IsGreeting">Whether it is <c>GET /</c>, which anyone may make even with a header that cannot be read.</param>
public readonly record struct Credentials(string Authorization, string Cookie, IPAddress? Address, bool IsGreeting)
{
    /// <summary>The headers of a proxy.</summary>
    public ProxyHeaders Proxy { get; init; }
}
