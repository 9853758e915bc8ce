using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Access.Passwords;

namespace CloudWall.Access;

/// <summary>
/// The server admins and the hashes of their passwords. Hashing is deliberately slow, so that a stolen hash is worth little; that is far
/// too slow for every request with basic credentials. A verified password is therefore remembered by a keyed digest. The key is generated
/// at each start and never leaves memory.
/// </summary>
public sealed class Administrators : IDisposable
{
    private readonly Dictionary<string, StoredPassword> _hashes;
    private readonly ConcurrentDictionary<string, byte[]> _verified = new(StringComparer.Ordinal);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    // One verification at a time: wrong passwords must not take every core away from users who send the right one.
    private readonly SemaphoreSlim _hashing = new(1);

    private long _quick;
    private long _slow;

    /// <summary>How many verifications the remembered digests answered.</summary>
    public long Remembered => Volatile.Read(ref _quick);

    /// <summary>How many verifications hashed the password.</summary>
    public long Hashed => Volatile.Read(ref _slow);

    /// <summary>Admins by name.</summary>
    public Administrators(IEnumerable<KeyValuePair<string, StoredPassword>> hashes) =>
        _hashes = new Dictionary<string, StoredPassword>(hashes, StringComparer.Ordinal);

    /// <summary>Whether the name and the password are those of an admin.</summary>
    public ValueTask<bool> VerifyAsync(string name, string password, CancellationToken cancellation)
    {
        if (!_hashes.TryGetValue(name, out var hash))
        {
            return ValueTask.FromResult(false);
        }

        var digest = Digest(password);
        if (_verified.TryGetValue(name, out var verified) && CryptographicOperations.FixedTimeEquals(verified, digest))
        {
            Interlocked.Increment(ref _quick);
            return ValueTask.FromResult(true);
        }

        return HashAndCompareAsync(name, password, hash, digest, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _hashing.Dispose();

    /// <summary>
    /// A plain SHA-256 over key and password, because every request with basic credentials computes it. An HMAC would cost three times as
    /// much and add no protection here.
    /// </summary>
    private byte[] Digest(string password)
    {
        var length = _key.Length + Encoding.UTF8.GetMaxByteCount(password.Length);
        var input = length <= 512 ? stackalloc byte[length] : new byte[length];
        _key.CopyTo(input);
        length = _key.Length + Encoding.UTF8.GetBytes(password, input[_key.Length..]);
        var digest = SHA256.HashData(input[..length]);
        CryptographicOperations.ZeroMemory(input[..length]);
        return digest;
    }

    private async ValueTask<bool> HashAndCompareAsync(string name, string password, StoredPassword hash, byte[] digest, CancellationToken cancellation)
    {
        await _hashing.WaitAsync(cancellation);
        try
        {
            if (_verified.TryGetValue(name, out var verified) && CryptographicOperations.FixedTimeEquals(verified, digest))
            {
                return true;
            }

            // Hashing runs on a thread of its own, so that it blocks none of the threads that serve sockets.
            Interlocked.Increment(ref _slow);
            var matches = await Task.Factory.StartNew(
                () => hash.Matches(password), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (matches)
            {
                _verified[name] = digest;
            }

            return matches;
        }
        finally
        {
            _hashing.Release();
        }
    }
}
