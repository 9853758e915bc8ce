using CloudWall.Access.Proxies;
using CloudWall.Access.Tokens;

namespace CloudWall.Access;

/// <summary>How users are identified.</summary>
public sealed record AuthenticationOptions
{
    /// <summary><c>[chttpd] authentication_handlers</c>.</summary>
    public AuthenticationHandlers Handlers { get; init; } = AuthenticationHandlers.Usual;

    /// <summary>JSON Web Tokens.</summary>
    public TokenOptions Tokens { get; init; } = new();

    /// <summary>Headers of a proxy.</summary>
    public ProxyOptions Proxy { get; init; } = new();
}
