using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudWall.Mesh.Identity;

/// <summary>A key pair on the curve P-256, made with the system's random numbers.</summary>
public sealed class NodeKey : SigningKey, IDisposable
{
    /// <summary>Members ignore the dates of certificates, because clocks may be wrong. These are the widest there are.</summary>
    private static readonly DateTimeOffset From = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset To = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private readonly ECDsa _pair;

    private NodeKey(ECDsa pair)
    {
        _pair = pair;
        Public = MemberKey.Of(pair);
    }

    /// <inheritdoc/>
    public override MemberKey Public { get; }

    /// <summary>The node's name on local networks, such as <c>cloudwall-k3f9.local</c>. It follows from the key.</summary>
    public string HostName => $"cloudwall-{Public.Id.FirstGroup}.local";

    /// <summary>Makes a key pair.</summary>
    public static NodeKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a key pair.</summary>
    /// <param name="privateKeyInfo">PKCS #8 in DER.</param>
    /// <exception cref="CryptographicException">It is no key, or one of another curve.</exception>
    public static NodeKey Import(ReadOnlySpan<byte> privateKeyInfo)
    {
        var pair = ECDsa.Create();
        try
        {
            pair.ImportPkcs8PrivateKey(privateKeyInfo, out var read);
            var curve = pair.ExportParameters(includePrivateParameters: false).Curve.Oid.Value;
            return read == privateKeyInfo.Length && curve == ECCurve.NamedCurves.nistP256.Oid.Value
                ? new NodeKey(pair)
                : throw new CryptographicException("It is no key of the curve P-256.");
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    /// <summary>The key pair as PKCS #8 in DER: a secret.</summary>
    public byte[] Export() => _pair.ExportPkcs8PrivateKey();

    /// <inheritdoc/>
    public override byte[] Sign(ReadOnlySpan<byte> data) =>
        _pair.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>A self-signed certificate of the key. Members look at its key alone.</summary>
    public X509Certificate2 CreateCertificate()
    {
        var request = new CertificateRequest($"CN={HostName}", _pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(HostName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        return request.CreateSelfSigned(From, To);
    }

    /// <inheritdoc/>
    public void Dispose() => _pair.Dispose();
}
