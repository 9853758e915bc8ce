using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace CloudWall.Access;

/// <summary>
/// The server admins and their passwords' hashes. Hashing is slow so that a stolen hash is worth little, far too slow for
/// every request with basic credentials: a password that has been verified is remembered by a keyed digest, whose key is
/// made anew with each start and never leaves memory.
/// </summary>
public sealed class Administrators : IDisposable
{
    private readonly Dictionary<string, PasswordHash> _hashes;
    private readonly ConcurrentDictionary<string, byte[]> _verified = new(StringComparer.Ordinal);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    // Guessing must not take every core away from those who know their password.
    private readonly SemaphoreSlim _hashing = new(1);

    private long _quick;
    private long _slow;

    /// <summary>Passwords that were remembered.</summary>
    public long Remembered => Volatile.Read(ref _quick);

    /// <summary>Passwords that were hashed.</summary>
    public long Hashed => Volatile.Read(ref _slow);

    /// <summary>Admins by name.</summary>
    public Administrators(IEnumerable<KeyValuePair<string, PasswordHash>> hashes) =>
        _hashes = new Dictionary<string, PasswordHash>(hashes, StringComparer.Ordinal);

    /// <summary>Whether name and password are those of an admin.</summary>
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

        return SlowlyAsync(name, password, hash, digest, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _hashing.Dispose();

    /// <summary>
    /// Every request with basic credentials asks for one: an HMAC would cost three times as much, and guards against nothing here.
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

    private async ValueTask<bool> SlowlyAsync(string name, string password, PasswordHash hash, byte[] digest, CancellationToken cancellation)
    {
        await _hashing.WaitAsync(cancellation);
        try
        {
            if (_verified.TryGetValue(name, out var verified) && CryptographicOperations.FixedTimeEquals(verified, digest))
            {
                return true;
            }

            // Off the threads that serve sockets.
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
