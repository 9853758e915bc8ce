using System.Security.Cryptography;
using System.Text;
using CloudWall.Access.Caching;

namespace CloudWall.Access.Passwords;

/// <summary>
/// Remembers passwords that have been verified. Hashing is deliberately slow, so that a stolen hash is worth little; that is far too slow for
/// every request with basic credentials. A password is remembered by a keyed digest, together with the hash that it matched: once that
/// hash changes, nothing is remembered. The key is generated at each start and never leaves memory.
/// </summary>
/// <param name="options">The bounds now. Those of memory and time are read once.</param>
/// <param name="time">The clock.</param>
public sealed class VerifiedPasswords(Func<VerifiedPasswordOptions> options, TimeProvider time)
{
    private readonly RecentEntries<Key, byte[]> _digests =
        new(options().MaxObjects, options().MaxIdle, isRenewedByUse: true, time);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>How many are remembered.</summary>
    public int Count => _digests.Count;

    /// <summary>Whether a password is remembered as the one of a hash.</summary>
    public bool Remembers(string name, StoredPassword stored, string password)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return options().IsEnabled && stored.IsShort
            && _digests.TryGet(KeyOf(name, stored), out var digest)
            && CryptographicOperations.FixedTimeEquals(digest, Digest(stored.Salt, password));
    }

    /// <summary>Remembers a password that matches a hash.</summary>
    public void Remember(string name, StoredPassword stored, string password)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (options().IsEnabled && stored.IsShort)
        {
            var digest = Digest(stored.Salt, password);
            _digests.Remove(KeyOf(name, stored));
            _digests.Set(KeyOf(name, stored), _ => digest);
        }
    }

    private static Key KeyOf(string name, StoredPassword stored) => new(name, stored.Salt, stored.Hash);

    /// <summary>
    /// A plain SHA-256 over key, salt and password, because every request with basic credentials computes it. An HMAC would cost three times
    /// as much and add no protection here: nobody sees the digest.
    /// </summary>
    private byte[] Digest(string salt, string password)
    {
        var length = _key.Length + Encoding.UTF8.GetMaxByteCount(salt.Length) + 1 + Encoding.UTF8.GetMaxByteCount(password.Length);
        var input = length <= 512 ? stackalloc byte[length] : new byte[length];
        _key.CopyTo(input);
        length = _key.Length;
        length += Encoding.UTF8.GetBytes(salt, input[length..]);
        input[length++] = 0;
        length += Encoding.UTF8.GetBytes(password, input[length..]);
        var digest = SHA256.HashData(input[..length]);
        CryptographicOperations.ZeroMemory(input[..length]);
        return digest;
    }

    private readonly record struct Key(string Name, string Salt, string Hash);
}
