using System.Text;

namespace CloudWall.Access.Passwords;

/// <summary>
/// What a failed sign-in costs in any case: about as much as a hash that is made as the settings say now. Otherwise time would tell which
/// names exist, where nobody has a name, and where the hash of one is cheap or cannot be used.
/// </summary>
public static class FailureCost
{
    /// <summary>The rounds that are left to do once a password has not matched a hash.</summary>
    /// <param name="verified">The hash; null where there was none to verify.</param>
    /// <param name="options">How passwords are hashed now.</param>
    public static int RoundsLeft(StoredPassword? verified, PasswordOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (int)Math.Max(0, options.Iterations - (verified?.Rounds ?? 0));
    }

    /// <summary>Does the rounds that are left.</summary>
    /// <param name="verified">The hash that did not match; null where there was none to verify.</param>
    /// <param name="password">The password.</param>
    /// <param name="options">How passwords are hashed now.</param>
    public static void Spend(StoredPassword? verified, string password, PasswordOptions options)
    {
        if (RoundsLeft(verified, options) is > 0 and var rounds)
        {
            options.Function.Derive(Encoding.UTF8.GetBytes(password), new byte[32], rounds);
        }
    }
}
