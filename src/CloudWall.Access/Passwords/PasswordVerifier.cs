using CloudWall.Access.Addresses;
using CloudWall.Documents;

namespace CloudWall.Access.Passwords;

/// <summary>Verifies passwords: those that are remembered at once, others by hashing them when it is the client's turn.</summary>
/// <param name="verified">The passwords that are remembered.</param>
/// <param name="turns">The turns for hashing.</param>
/// <param name="options">Which hashes are verified now.</param>
public sealed class PasswordVerifier(VerifiedPasswords verified, HashingTurns turns, Func<PasswordOptions> options)
{
    private static readonly DocumentError TooMany = new(
        429, "too_many_requests", "Too many sign-ins wait for their passwords to be verified; try again later.");

    private long _remembered;
    private long _hashed;

    /// <summary>How many verifications what is remembered has answered.</summary>
    public long Remembered => Volatile.Read(ref _remembered);

    /// <summary>How many verifications hashed the password.</summary>
    public long Hashed => Volatile.Read(ref _hashed);

    /// <summary>Whether a password is the one of a hash.</summary>
    /// <param name="name">The user's name.</param>
    /// <param name="stored">The hash; null where there is no such user, which takes as long.</param>
    /// <param name="password">The password.</param>
    /// <param name="client">Who sends it.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="DocumentException">403: the hash is out of bounds. 429: too many wait.</exception>
    public ValueTask<bool> VerifyAsync(string name, StoredPassword? stored, string password, ClientAddress client, CancellationToken cancellation)
    {
        if (stored is null)
        {
            return new ValueTask<bool>(HashAsync(Nobody(options()), password, client, cancellation));
        }

        if (verified.Remembers(name, stored, password))
        {
            Interlocked.Increment(ref _remembered);
            return ValueTask.FromResult(true);
        }

        return stored.Refuse(options()) is { } refusal
            ? throw new DocumentException(refusal)
            : new ValueTask<bool>(HashAndRememberAsync(name, stored, password, client, cancellation));
    }

    /// <summary>The hash that nobody has. It takes as long as that of a user, so that time does not tell who is one.</summary>
    private static StoredPassword Nobody(PasswordOptions options) => StoredPassword.TryParse(
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"-pbkdf2:{options.Function.Name}-{new string('0', options.Function.Size * 2)},{new string('0', 32)},{options.Iterations}"))!;

    private async Task<bool> HashAndRememberAsync(
        string name, StoredPassword stored, string password, ClientAddress client, CancellationToken cancellation)
    {
        var matches = await HashAsync(stored, password, client, cancellation);
        if (matches)
        {
            verified.Remember(name, stored, password);
        }

        return matches;
    }

    private async Task<bool> HashAsync(StoredPassword stored, string password, ClientAddress client, CancellationToken cancellation)
    {
        var hashing = turns.TryRun(client, () => stored.Matches(password), cancellation) ?? throw new DocumentException(TooMany);
        Interlocked.Increment(ref _hashed);
        return await hashing;
    }
}
