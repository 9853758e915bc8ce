using System.Security.Cryptography;

namespace CloudWall.Access.Tokens;

/// <summary>
/// A key that verifies tokens, in the forms of CouchDB's <c>[jwt_keys]</c>: base64 for a secret, PEM with <c>\n</c> for line ends for a
/// public key.
/// </summary>
public sealed class TokenKey
{
    private readonly byte[] _secret;
    private readonly RSAParameters _rsa;
    private readonly ECParameters _curve;
    private readonly int _curveBits;

    private TokenKey(TokenKeyKind kind, byte[] secret, RSAParameters rsa, ECParameters curve, int curveBits)
    {
        Kind = kind;
        _secret = secret;
        _rsa = rsa;
        _curve = curve;
        _curveBits = curveBits;
    }

    /// <summary>The kind of algorithms that it verifies.</summary>
    public TokenKeyKind Kind { get; }

    /// <summary>Reads a key.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="text">Its text.</param>
    /// <returns>Null where it is none of that kind. Private keys are none.</returns>
    public static TokenKey? TryParse(TokenKeyKind kind, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return kind switch
            {
                TokenKeyKind.Secret => ParseSecret(text),
                TokenKeyKind.Rsa => ParseRsa(text),
                _ => ParseCurve(text),
            };
        }
        catch (Exception malformed) when (malformed is FormatException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether a signature was made with this key, or its private counterpart.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">The signature.</param>
    public bool Verifies(TokenAlgorithm algorithm, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        if (algorithm.Kind != Kind || algorithm.CurveBits != _curveBits)
        {
            return false;
        }

        switch (Kind)
        {
            case TokenKeyKind.Secret:
                var code = CryptographicOperations.HmacData(algorithm.Hash, _secret, message);
                return CryptographicOperations.FixedTimeEquals(code, signature);
            case TokenKeyKind.Rsa:
                using (var rsa = RSA.Create(_rsa))
                {
                    var padding = algorithm.IsProbabilistic ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                    return rsa.VerifyData(message, signature, algorithm.Hash, padding);
                }

            default:
                using (var curve = ECDsa.Create(_curve))
                {
                    return curve.VerifyData(message, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }
        }
    }

    private static TokenKey? ParseSecret(string text) => Convert.FromBase64String(text) is { Length: > 0 } secret
        ? new TokenKey(TokenKeyKind.Secret, secret, default, default, 0)
        : null;

    private static TokenKey ParseRsa(string text)
    {
        using var rsa = RSA.Create();
        var der = ReadPem(text, out var isBare, "RSA PUBLIC KEY");
        if (isBare)
        {
            rsa.ImportRSAPublicKey(der, out _);
        }
        else
        {
            rsa.ImportSubjectPublicKeyInfo(der, out _);
        }

        return new TokenKey(TokenKeyKind.Rsa, [], rsa.ExportParameters(includePrivateParameters: false), default, 0);
    }

    private static TokenKey ParseCurve(string text)
    {
        using var curve = ECDsa.Create();
        curve.ImportSubjectPublicKeyInfo(ReadPem(text, out _, bareLabel: null), out _);
        return new TokenKey(TokenKeyKind.Curve, [], default, curve.ExportParameters(includePrivateParameters: false), curve.KeySize);
    }

    /// <summary>The content of a PEM text with a public key.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isBare">Whether it is the key alone, without the name of its algorithm.</param>
    /// <param name="bareLabel">The label of such a text; null where there is none.</param>
    /// <exception cref="ArgumentException">It has no public key.</exception>
    private static byte[] ReadPem(string text, out bool isBare, string? bareLabel)
    {
        var pem = text.Replace("\\n", "\n", StringComparison.Ordinal);
        var fields = PemEncoding.Find(pem);
        var label = pem[fields.Label];
        isBare = label == bareLabel;
        return isBare || label == "PUBLIC KEY" ? Convert.FromBase64String(pem[fields.Base64Data]) : throw new ArgumentException(label);
    }
}
