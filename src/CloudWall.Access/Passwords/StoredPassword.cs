using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;

namespace CloudWall.Access.Passwords;

/// <summary>
/// A hashed password as CouchDB stores it, in a user's document or in <c>[admins]</c> (its documentation: "Configuration of
/// Authentication"). The salt is the text of its hexadecimal digits, not the bytes that they encode.
/// </summary>
public sealed class StoredPassword
{
    /// <summary>The scheme that a document without <c>password_scheme</c> has.</summary>
    private const string FirstScheme = "simple";

    /// <summary>How long bcrypt's text is: its parts have fixed lengths.</summary>
    private const int BcryptLength = 60;

    /// <summary>The largest cost of bcrypt, the binary logarithm of its rounds. It takes a second or two.</summary>
    private const int MostBcryptCost = 14;

    /// <summary>How many rounds of PBKDF2 take about as long as one of bcrypt.</summary>
    private const long RoundsOfBcrypt = 150;

    private static readonly DocumentError TooFew = Forbidden("Iteration count is too low for this server");
    /// <summary>403: the hash has more rounds than are verified, or than a user may store.</summary>
    public static readonly DocumentError TooMany = Forbidden("Iteration count is too high for this server");
    private static readonly DocumentError UnknownFunction = Forbidden("PRF is invalid");

    /// <summary>For unknown schemes nothing matches. CouchDB fails with 500.</summary>
    private static readonly DocumentError UnknownScheme = Forbidden("Password scheme is not supported.");

    private StoredPassword(PasswordScheme scheme, string hash, string salt)
    {
        Scheme = scheme;
        Hash = hash;
        Salt = salt;
    }

    /// <summary>How it was hashed.</summary>
    public PasswordScheme Scheme { get; }

    /// <summary>The function of PBKDF2; null for an unknown one.</summary>
    public PseudorandomFunction? Function { get; private init; }

    /// <summary>The rounds of PBKDF2.</summary>
    public long Iterations { get; private init; }

    /// <summary>How many rounds of PBKDF2 take about as long as the verification of a password.</summary>
    public long Rounds => Scheme switch
    {
        PasswordScheme.Simple => 0,
        PasswordScheme.Bcrypt => BcryptCost() is { } cost ? (1L << cost) * RoundsOfBcrypt : 0,
        _ => Function is null ? 0 : Math.Max(0, Iterations),
    };

    /// <summary>The salt as text; empty where there is none.</summary>
    public string Salt { get; }

    /// <summary>The hash: hexadecimal digits, or bcrypt's text. Empty where there is none, which no password matches.</summary>
    public string Hash { get; }

    /// <summary>
    /// Whether it is small enough to be kept in memory. Users can store salts of megabytes; those of nodes have 32 characters.
    /// </summary>
    public bool IsShort => Salt.Length + Hash.Length <= 1024;

    /// <summary>The hash as <c>[admins]</c> has it.</summary>
    public string Text => Scheme == PasswordScheme.Simple
        ? $"-hashed-{Hash},{Salt}"
        : string.Create(CultureInfo.InvariantCulture, $"-pbkdf2:{Function?.Name}-{Hash},{Salt},{Iterations}");

    /// <summary>Hashes a password.</summary>
    /// <param name="password">The password.</param>
    /// <param name="options">How.</param>
    /// <param name="salt">The salt; null for a new one.</param>
    public static StoredPassword Create(string password, PasswordOptions options, string? salt = null)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(options);
        salt ??= RandomNumberGenerator.GetHexString(32, lowercase: true);
        if (options.Scheme == PasswordScheme.Simple)
        {
            return new StoredPassword(PasswordScheme.Simple, Simple(password, salt), salt);
        }

        var function = options.Function;
        var derived = function.Derive(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(salt), options.Iterations);
        return new StoredPassword(PasswordScheme.Pbkdf2, Convert.ToHexStringLower(derived), salt)
        {
            Function = function,
            Iterations = options.Iterations,
        };
    }

    /// <summary>Parses a hash of <c>[admins]</c>.</summary>
    /// <returns>Null where the text is not a hash: CouchDB then takes it as a clear-text password.</returns>
    public static StoredPassword? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("-hashed-", StringComparison.Ordinal))
        {
            var parts = text["-hashed-".Length..].Split(',');
            return parts.Length == 2 && IsHex(parts[0]) ? new StoredPassword(PasswordScheme.Simple, parts[0], parts[1]) : null;
        }

        foreach (var function in PseudorandomFunction.All)
        {
            var prefix = $"-pbkdf2:{function.Name}-";
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return TryParse(text[prefix.Length..], function);
            }
        }

        return text.StartsWith("-pbkdf2-", StringComparison.Ordinal) ? TryParse(text["-pbkdf2-".Length..], PseudorandomFunction.Sha) : null;
    }

    /// <summary>Reads the hash of a user's document.</summary>
    /// <param name="user">The document's body.</param>
    /// <returns>Null where there is none that could be verified.</returns>
    public static StoredPassword? TryRead(ReadOnlySpan<byte> user)
    {
        var salt = TextOf(user, "salt"u8) ?? string.Empty;
        var derived = TextOf(user, "derived_key"u8) ?? string.Empty;
        return (TextOf(user, "password_scheme"u8) ?? FirstScheme) switch
        {
            "simple" when TextOf(user, "password_sha"u8) is { } hash => new StoredPassword(PasswordScheme.Simple, hash, salt),
            "pbkdf2" => ReadDerived(user, PasswordScheme.Pbkdf2, derived, salt),
            "simple+pbkdf2" => ReadDerived(user, PasswordScheme.SimplePbkdf2, derived, salt),
            "bcrypt" => new StoredPassword(PasswordScheme.Bcrypt, derived, salt),
            _ => null,
        };
    }

    /// <summary>Whether a password is this one. Slow by design.</summary>
    public bool Matches(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (Scheme == PasswordScheme.Bcrypt)
        {
            return MatchesBcrypt(password);
        }

        var hash = Scheme switch
        {
            PasswordScheme.Simple => Simple(password, Salt),
            PasswordScheme.Pbkdf2 => Derive(password),
            _ => Derive(Simple(password, Salt)),
        };
        return hash is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hash), Encoding.UTF8.GetBytes(Hash));
    }

    /// <summary>Why this hash is not verified on this node; null where it is.</summary>
    public DocumentError? Refuse(PasswordOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (Scheme == PasswordScheme.Bcrypt)
        {
            return BcryptCost() is { } cost ? cost > MostBcryptCost ? TooMany : null : UnknownScheme;
        }

        return Scheme == PasswordScheme.Simple ? null
            : Function is null ? UnknownFunction
            : Iterations < options.MinIterations ? TooFew
            : Iterations > options.MaxIterations ? TooMany
            : null;
    }

    /// <summary>Whether a new hash would be made in the same way.</summary>
    public bool IsCurrent(PasswordOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Scheme == options.Scheme
            && (Scheme == PasswordScheme.Simple || (Function == options.Function && Iterations == options.Iterations));
    }

    /// <summary>Writes the members of a user's document, each followed by a comma.</summary>
    public void WriteMembers(JsonBuffer json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (Scheme == PasswordScheme.Simple)
        {
            json.Raw("\"password_scheme\":\"simple\",\"salt\":"u8).Text(Salt).Raw(",\"password_sha\":"u8).Text(Hash).Raw(","u8);
            return;
        }

        json.Raw("\"password_scheme\":\"pbkdf2\",\"pbkdf2_prf\":"u8).Text(Function?.Name).Raw(",\"salt\":"u8).Text(Salt)
            .Raw(",\"iterations\":"u8).Number(Iterations).Raw(",\"derived_key\":"u8).Text(Hash).Raw(","u8);
    }

    private static DocumentError Forbidden(string reason) => new(403, "forbidden", reason);

    private static StoredPassword? TryParse(string text, PseudorandomFunction function)
    {
        var parts = text.Split(',');
        return parts.Length == 3 && IsHex(parts[0])
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations > 0
            ? new StoredPassword(PasswordScheme.Pbkdf2, parts[0].ToLowerInvariant(), parts[1]) { Function = function, Iterations = iterations }
            : null;
    }

    private static StoredPassword ReadDerived(ReadOnlySpan<byte> user, PasswordScheme scheme, string derived, string salt)
    {
        long iterations = 10_000;
        if (JsonMember.TryFind(user, "iterations"u8, out var number)
            && !long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out iterations))
        {
            // Refused, as too many or too few.
            iterations = number is not [(byte)'-', ..] && !number.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? long.MaxValue : 0;
        }

        return new StoredPassword(scheme, derived, salt)
        {
            Function = PseudorandomFunction.Find(TextOf(user, "pbkdf2_prf"u8) ?? PseudorandomFunction.Sha.Name),
            Iterations = iterations,
        };
    }

    private static string? TextOf(ReadOnlySpan<byte> user, ReadOnlySpan<byte> name) =>
        JsonMember.TryFind(user, name, out var value) ? JsonMember.TextOf(value) : null;

    private static bool IsHex(string text) => text.Length is > 0 and <= 256 && (text.Length & 1) == 0 && text.All(char.IsAsciiHexDigit);

    private static string Simple(string password, string salt)
    {
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha1.AppendData(Encoding.UTF8.GetBytes(password));
        sha1.AppendData(Encoding.UTF8.GetBytes(salt));
        return Convert.ToHexStringLower(sha1.GetHashAndReset());
    }

    private string? Derive(string password) => Function is not { } function || Iterations is < 1 or > int.MaxValue
        ? null
        : Convert.ToHexStringLower(function.Derive(Encoding.UTF8.GetBytes(password), Encoding.UTF8.GetBytes(Salt), (int)Iterations));

    /// <summary>The cost in bcrypt's text; null where it is none.</summary>
    private int? BcryptCost() =>
        Hash.Length == BcryptLength && Hash[0] == '$' && Hash[3] == '$' && Hash[6] == '$'
        && int.TryParse(Hash.AsSpan(4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var cost) && cost is >= 4 and <= 31
            ? cost
            : null;

    private bool MatchesBcrypt(string password)
    {
        try
        {
            return BcryptCost() <= MostBcryptCost && OpenBsdBCrypt.CheckPassword(Hash, password.ToCharArray());
        }
        catch (Exception invalid) when (invalid is ArgumentException or FormatException or DataLengthException)
        {
            return false;
        }
    }
}
