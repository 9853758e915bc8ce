using System.Security.Cryptography;
using CloudWall.Mesh.Identity;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace CloudWall.Simulation.Mesh;

/// <summary>A key that follows from a name, and whose signatures follow from it and what is signed (RFC 6979).</summary>
public sealed class SeededKey : SigningKey
{
    private readonly ECPrivateKeyParameters _private;

    /// <summary>Makes the key of a name.</summary>
    public SeededKey(string name)
    {
        X9ECParameters curve = CustomNamedCurves.GetByName("P-256");
        var domain = new ECDomainParameters(curve.Curve, curve.G, curve.N, curve.H);
        var secret = new BigInteger(1, SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)));
        _private = new ECPrivateKeyParameters(secret.Mod(curve.N.Subtract(BigInteger.One)).Add(BigInteger.One), domain);
        Public = MemberKey.TryParse(domain.G.Multiply(_private.D).Normalize().GetEncoded(compressed: false), out var key)
            ? key
            : throw new SimulationException("It is no point.");
    }

    /// <inheritdoc/>
    public override MemberKey Public { get; }

    /// <inheritdoc/>
    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(forSigning: true, _private);
        var signature = new byte[MemberKey.SignatureLength];
        var numbers = signer.GenerateSignature(SHA256.HashData(data));
        Write(numbers[0], signature.AsSpan(0, MemberKey.SignatureLength / 2));
        Write(numbers[1], signature.AsSpan(MemberKey.SignatureLength / 2));
        return signature;
    }

    private static void Write(BigInteger number, Span<byte> to)
    {
        var bytes = number.ToByteArrayUnsigned();
        bytes.CopyTo(to[(to.Length - bytes.Length)..]);
    }
}
