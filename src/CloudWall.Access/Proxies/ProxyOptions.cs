using CloudWall.Access.Sessions;

namespace CloudWall.Access.Proxies;

/// <summary>Users whom a proxy in front of the node has identified: <c>[chttpd_auth] x_auth_…</c> and <c>proxy_use_secret</c>.</summary>
public sealed record ProxyOptions
{
    /// <summary><c>x_auth_username</c>: the header with the name.</summary>
    public string NameHeader { get; init; } = "X-Auth-CouchDB-UserName";

    /// <summary><c>x_auth_roles</c>: the header with the roles, separated by commas.</summary>
    public string RolesHeader { get; init; } = "X-Auth-CouchDB-Roles";

    /// <summary><c>x_auth_token</c>: the header with the proof that the proxy knows the secret.</summary>
    public string TokenHeader { get; init; } = "X-Auth-CouchDB-Token";

    /// <summary><c>proxy_use_secret</c>: whether there must be a proof. Without it whoever reaches the node can be anyone.</summary>
    public bool NeedsToken { get; init; }

    /// <summary>What the proof is made with: <c>secret</c>.</summary>
    public string Secret { get; init; } = string.Empty;

    /// <summary><c>hash_algorithms</c>, any of which will do for the proof.</summary>
    public IReadOnlyList<SessionHash> Hashes { get; init; } = [];
}
