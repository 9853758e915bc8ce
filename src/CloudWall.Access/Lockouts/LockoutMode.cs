namespace CloudWall.Access.Lockouts;

/// <summary>What becomes of clients who fail to sign in again and again: <c>[chttpd_auth_lockout] mode</c>.</summary>
public enum LockoutMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>The log says so.</summary>
    Warn,

    /// <summary>They are refused for a while.</summary>
    Enforce,
}
