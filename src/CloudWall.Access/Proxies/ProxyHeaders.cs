namespace CloudWall.Access.Proxies;

/// <summary>The headers of a proxy; each is empty where there is none.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Roles">The roles, separated by commas.</param>
/// <param name="Token">The proof.</param>
public readonly record struct ProxyHeaders(string Name, string Roles, string Token);
