using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudWall.Access;

/// <summary>
/// A password hash in the format of CouchDB's <c>[admins]</c> (its documentation: "Configuration of Authentication"):
/// <c>-pbkdf2:sha256-derived,salt,iterations</c>, older ones <c>-pbkdf2-derived,salt,iterations</c> (SHA-1) and
/// <c>-hashed-digest,salt</c>. The salt is the text of its hexadecimal digits, not the bytes that they encode.
/// </summary>
public sealed class PasswordHash
{
    private readonly HashAlgorithmName? _algorithm;
    private readonly byte[] _derived;
    private readonly byte[] _salt;
    private readonly int _iterations;

    private PasswordHash(string text, HashAlgorithmName? algorithm, byte[] derived, byte[] salt, int iterations)
    {
        Text = text;
        _algorithm = algorithm;
        _derived = derived;
        _salt = salt;
        _iterations = iterations;
    }

    /// <summary>The hash as the configuration has it.</summary>
    public string Text { get; }

    /// <summary>Hashes a password with PBKDF2 and SHA-256, CouchDB 3.5's default.</summary>
    public static PasswordHash Create(string password, int iterations)
    {
        var salt = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var saltBytes = Encoding.UTF8.GetBytes(salt);
        var derived = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), saltBytes, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var text = string.Create(CultureInfo.InvariantCulture, $"-pbkdf2:sha256-{Convert.ToHexStringLower(derived)},{salt},{iterations}");
        return new PasswordHash(text, HashAlgorithmName.SHA256, derived, saltBytes, iterations);
    }

    /// <summary>Parses a hash.</summary>
    /// <returns>Null where the text is not a hash: CouchDB then takes it as a clear-text password.</returns>
    public static PasswordHash? TryParse(string text)
    {
        (HashAlgorithmName? Algorithm, int Start) scheme = text switch
        {
            _ when text.StartsWith("-pbkdf2:sha256-", StringComparison.Ordinal) => (HashAlgorithmName.SHA256, 15),
            _ when text.StartsWith("-pbkdf2:sha384-", StringComparison.Ordinal) => (HashAlgorithmName.SHA384, 15),
            _ when text.StartsWith("-pbkdf2:sha512-", StringComparison.Ordinal) => (HashAlgorithmName.SHA512, 15),
            _ when text.StartsWith("-pbkdf2:sha-", StringComparison.Ordinal) => (HashAlgorithmName.SHA1, 12),
            _ when text.StartsWith("-pbkdf2-", StringComparison.Ordinal) => (HashAlgorithmName.SHA1, 8),
            _ when text.StartsWith("-hashed-", StringComparison.Ordinal) => (null, 8),
            _ => (null, 0),
        };
        var parts = text[scheme.Start..].Split(',');
        var iterations = 1;
        if (scheme.Start == 0
            || parts.Length != (scheme.Algorithm is null ? 2 : 3)
            || (parts.Length == 3
                && (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out iterations) || iterations < 1))
            || parts[0].Length is 0 or > 256 || (parts[0].Length & 1) != 0 || !parts[0].All(char.IsAsciiHexDigit))
        {
            return null;
        }

        return new PasswordHash(text, scheme.Algorithm, Convert.FromHexString(parts[0]), Encoding.UTF8.GetBytes(parts[1]), iterations);
    }

    /// <summary>Whether this is the password's hash. Slow by design.</summary>
    public bool Matches(string password)
    {
        var utf8 = Encoding.UTF8.GetBytes(password);
        var derived = _algorithm is { } algorithm
            ? Rfc2898DeriveBytes.Pbkdf2(utf8, _salt, _iterations, algorithm, _derived.Length)
            : Simple(utf8);
        return CryptographicOperations.FixedTimeEquals(derived, _derived);
    }

    private byte[] Simple(byte[] password)
    {
        // CouchDB before 1.3 hashed passwords this way; this node never does.
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha1.AppendData(password);
        sha1.AppendData(_salt);
        return sha1.GetHashAndReset();
    }
}
