using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace CloudWall.Access.Passwords;

/// <summary>A hash function that PBKDF2 derives keys with: CouchDB's <c>pbkdf2_prf</c>.</summary>
public sealed class PseudorandomFunction
{
    private readonly HashAlgorithmName? _algorithm;

    private PseudorandomFunction(string name, int size, HashAlgorithmName? algorithm)
    {
        Name = name;
        Size = size;
        _algorithm = algorithm;
    }

    /// <summary>SHA-1.</summary>
    public static PseudorandomFunction Sha { get; } = new("sha", 20, HashAlgorithmName.SHA1);

    /// <summary>SHA-256.</summary>
    public static PseudorandomFunction Sha256 { get; } = new("sha256", 32, HashAlgorithmName.SHA256);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PseudorandomFunction> All { get; } =
    [
        Sha,
        new("sha224", 28, algorithm: null), // .NET has none
        Sha256,
        new("sha384", 48, HashAlgorithmName.SHA384),
        new("sha512", 64, HashAlgorithmName.SHA512),
    ];

    /// <summary>CouchDB's name.</summary>
    public string Name { get; }

    /// <summary>How many bytes a derived key has.</summary>
    public int Size { get; }

    /// <summary>Finds a function by CouchDB's name; null where there is none.</summary>
    public static PseudorandomFunction? Find(string name) => All.FirstOrDefault(function => function.Name == name);

    /// <summary>Derives a key. Slow by design.</summary>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">How many rounds.</param>
    public byte[] Derive(byte[] password, byte[] salt, int iterations)
    {
        if (_algorithm is { } algorithm)
        {
            return Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, algorithm, Size);
        }

        var generator = new Pkcs5S2ParametersGenerator(new Sha224Digest());
        generator.Init(password, salt, iterations);
        return ((KeyParameter)generator.GenerateDerivedMacParameters(Size * 8)).GetKey();
    }
}
