namespace CloudWall.Access.Sessions;

/// <summary>Sessions by cookie: <c>[chttpd_auth]</c>.</summary>
public sealed record SessionOptions
{
    /// <summary><c>secret</c>: what cookies are signed with. Whoever knows it can be anyone.</summary>
    public required string Secret { get; init; }

    /// <summary><c>timeout</c>: how long a session lasts that is not used.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>allow_persistent_cookies</c>: whether a browser keeps the cookie when it is closed.</summary>
    public bool ArePersistent { get; init; } = true;

    /// <summary><c>cookie_domain</c>: a domain whose hosts all get the cookie; empty for the node's host alone.</summary>
    public string Domain { get; init; } = string.Empty;

    /// <summary><c>same_site</c>: <c>Lax</c>, <c>Strict</c> or <c>None</c>; empty for none of them.</summary>
    public string SameSite { get; init; } = "Lax";

    /// <summary><c>hash_algorithms</c>: new cookies are signed with the first, all are accepted.</summary>
    public IReadOnlyList<SessionHash> Hashes { get; init; } = [SessionHash.Find("sha256")!, SessionHash.Find("sha")!];
}
