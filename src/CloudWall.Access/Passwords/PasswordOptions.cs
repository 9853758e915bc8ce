namespace CloudWall.Access.Passwords;

/// <summary>How new passwords are hashed, and which hashes are accepted: <c>[chttpd_auth]</c>.</summary>
public sealed record PasswordOptions
{
    /// <summary><c>password_scheme</c>: <see cref="PasswordScheme.Pbkdf2"/>, or <see cref="PasswordScheme.Simple"/> for old clients.</summary>
    public PasswordScheme Scheme { get; init; } = PasswordScheme.Pbkdf2;

    /// <summary><c>pbkdf2_prf</c>.</summary>
    public PseudorandomFunction Function { get; init; } = PseudorandomFunction.Sha256;

    /// <summary><c>iterations</c>: rounds for a new password.</summary>
    public int Iterations { get; init; } = 600_000;

    /// <summary><c>min_iterations</c>: hashes of fewer rounds are refused.</summary>
    public int MinIterations { get; init; } = 1;

    /// <summary><c>max_iterations</c>: hashes of more rounds are refused.</summary>
    public int MaxIterations { get; init; } = 10_000_000;

    /// <summary><c>upgrade_hash_on_auth</c>: whether a sign-in replaces a hash that was made with other settings.</summary>
    public bool UpgradesOnSignIn { get; init; } = true;

    /// <summary><c>password_regexp</c>: what a new password must be like.</summary>
    public PasswordPolicy Policy { get; init; } = PasswordPolicy.None;
}
