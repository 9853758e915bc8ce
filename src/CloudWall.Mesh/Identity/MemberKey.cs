using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CloudWall.Mesh.Identity;

/// <summary>A public key on the curve P-256, of a node or of the owner of a mesh. Keys are equal when their points are.</summary>
public sealed class MemberKey : IEquatable<MemberKey>
{
    /// <summary>The length of an uncompressed point (SEC 1, section 2.3.3).</summary>
    public const int PointLength = 65;

    /// <summary>The length of a signature: two numbers of 32 bytes (IEEE P1363).</summary>
    public const int SignatureLength = 64;

    private const byte Uncompressed = 4;

    private readonly byte[] _point;

    private MemberKey(byte[] point)
    {
        _point = point;
        Id = MemberId.Of([.. Prefix, .. point]);
    }

    /// <summary>Who has the private key.</summary>
    public MemberId Id { get; }

    /// <summary>The uncompressed point, 65 bytes.</summary>
    public ReadOnlySpan<byte> Point => _point;

    /// <summary>What comes before the point in a <c>SubjectPublicKeyInfo</c> of the curve P-256 in DER (RFC 5480).</summary>
    private static ReadOnlySpan<byte> Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    /// <summary>The public part of a key pair.</summary>
    public static MemberKey Of(ECDsa pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var q = pair.ExportParameters(includePrivateParameters: false).Q;
        return new MemberKey([Uncompressed, .. q.X!, .. q.Y!]);
    }

    /// <summary>Reads a point. Whether it lies on the curve is found out when something is verified.</summary>
    /// <param name="point">65 bytes.</param>
    /// <param name="key">The key.</param>
    /// <returns>False where it is no uncompressed point.</returns>
    public static bool TryParse(ReadOnlySpan<byte> point, [NotNullWhen(true)] out MemberKey? key)
    {
        key = point.Length == PointLength && point[0] == Uncompressed ? new MemberKey(point.ToArray()) : null;
        return key is not null;
    }

    /// <summary>Whether a signature is one of this key over some bytes.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        try
        {
            using var pair = Import(_point);
            return pair.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // The point is none of the curve.
            return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(MemberKey? other) => other is not null && Id == other.Id;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MemberKey);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    private static ECDsa Import(byte[] point) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = point[1..33], Y = point[33..] },
    });
}
