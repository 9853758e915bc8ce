namespace CloudWall.Access.Lockouts;

/// <summary>How often one may fail to sign in: <c>[chttpd_auth_lockout]</c>.</summary>
public sealed record LockoutOptions
{
    /// <summary><c>mode</c>.</summary>
    public LockoutMode Mode { get; init; } = LockoutMode.Enforce;

    /// <summary><c>threshold</c>: so many failures, and the next attempt is refused.</summary>
    public int Threshold { get; init; } = 5;

    /// <summary><c>max_objects</c>: pairs of a name and an address that are counted.</summary>
    public int MaxObjects { get; init; } = 10_000;

    /// <summary><c>max_lifetime</c>: how long a failure counts, from the first one on.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromMinutes(5);
}
