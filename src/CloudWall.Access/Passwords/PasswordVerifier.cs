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
        if (stored is not null && verified.Remembers(name, stored, password))
        {
            Interlocked.Increment(ref _remembered);
            return ValueTask.FromResult(true);
        }

        return new ValueTask<bool>(stored?.Refuse(options()) is { } refusal
            ? RefuseAsync(refusal, password, client, cancellation)
            : HashAndRememberAsync(name, stored, password, client, cancellation));
    }

    private async Task<bool> RefuseAsync(DocumentError refusal, string password, ClientAddress client, CancellationToken cancellation)
    {
        await HashAsync(null, password, client, cancellation);
        throw new DocumentException(refusal);
    }

    private async Task<bool> HashAndRememberAsync(
        string name, StoredPassword? stored, string password, ClientAddress client, CancellationToken cancellation)
    {
        var matches = await HashAsync(stored, password, client, cancellation);
        if (matches)
        {
            verified.Remember(name, stored!, password);
        }

        return matches;
    }

    private async Task<bool> HashAsync(StoredPassword? stored, string password, ClientAddress client, CancellationToken cancellation)
    {
        var hashing = turns.TryRun(client, Matches, cancellation) ?? throw new DocumentException(TooMany);
        Interlocked.Increment(ref _hashed);
        return await hashing;

        bool Matches()
        {
            if (stored?.Matches(password) == true)
            {
                return true;
            }

            FailureCost.Spend(stored, password, options());
            return false;
        }
    }
}
