using System.Security.Cryptography;

namespace CloudWall.Access.Tokens;

/// <summary>An algorithm of signatures of JSON Web Tokens (RFC 7518, section 3). <c>none</c> is none.</summary>
/// <param name="Name">The name: <c>alg</c> in the header of a token.</param>
/// <param name="Kind">The keys that it takes.</param>
/// <param name="Hash">Its hash function.</param>
public sealed record TokenAlgorithm(string Name, TokenKeyKind Kind, HashAlgorithmName Hash)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TokenAlgorithm> All { get; } =
    [
        new("HS256", TokenKeyKind.Secret, HashAlgorithmName.SHA256),
        new("HS384", TokenKeyKind.Secret, HashAlgorithmName.SHA384),
        new("HS512", TokenKeyKind.Secret, HashAlgorithmName.SHA512),
        new("RS256", TokenKeyKind.Rsa, HashAlgorithmName.SHA256),
        new("RS384", TokenKeyKind.Rsa, HashAlgorithmName.SHA384),
        new("RS512", TokenKeyKind.Rsa, HashAlgorithmName.SHA512),
        new("PS256", TokenKeyKind.Rsa, HashAlgorithmName.SHA256) { IsProbabilistic = true },
        new("PS384", TokenKeyKind.Rsa, HashAlgorithmName.SHA384) { IsProbabilistic = true },
        new("PS512", TokenKeyKind.Rsa, HashAlgorithmName.SHA512) { IsProbabilistic = true },
        new("ES256", TokenKeyKind.Curve, HashAlgorithmName.SHA256) { CurveBits = 256 },
        new("ES384", TokenKeyKind.Curve, HashAlgorithmName.SHA384) { CurveBits = 384 },
        new("ES512", TokenKeyKind.Curve, HashAlgorithmName.SHA512) { CurveBits = 521 },
    ];

    /// <summary>Whether it pads as RSASSA-PSS does, and not as RSASSA-PKCS1-v1_5.</summary>
    public bool IsProbabilistic { get; private init; }

    /// <summary>The length of the curve of its keys; 0 where it has none.</summary>
    public int CurveBits { get; private init; }

    /// <summary>Finds an algorithm; null where there is none of that name.</summary>
    public static TokenAlgorithm? Find(string name) => All.FirstOrDefault(algorithm => algorithm.Name == name);
}
