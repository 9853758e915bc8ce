namespace CloudWall.Access.Passwords;

/// <summary>Bounds of what is remembered of verified passwords: <c>[couch_passwords_cache]</c>.</summary>
public sealed record VerifiedPasswordOptions
{
    /// <summary><c>enable</c>: whether anything is remembered.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary><c>max_objects</c>: how many passwords.</summary>
    public int MaxObjects { get; init; } = 10_000;

    /// <summary><c>max_idle</c>: how long one that is not used.</summary>
    public TimeSpan MaxIdle { get; init; } = TimeSpan.FromMinutes(10);
}
