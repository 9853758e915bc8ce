using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace CloudWall.Access.Sessions;

/// <summary>
/// A hash function by CouchDB's name, for codes (HMAC) that only the node can make: <c>[chttpd_auth] hash_algorithms</c>. Those that are
/// broken (md4, md5, ripemd160) are not among them.
/// </summary>
public sealed class SessionHash
{
    private readonly Func<byte[], byte[], byte[]> _code;

    private SessionHash(string name, Func<byte[], byte[], byte[]> code)
    {
        Name = name;
        _code = code;
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SessionHash> All { get; } =
    [
        new("sha256", HMACSHA256.HashData),
        new("sha", HMACSHA1.HashData),
        new("sha224", static (key, data) => Code(new Sha224Digest(), key, data)),
        new("sha384", HMACSHA384.HashData),
        new("sha512", HMACSHA512.HashData),
        new("sha3_224", static (key, data) => Code(new Sha3Digest(224), key, data)),
        new("sha3_256", static (key, data) => Code(new Sha3Digest(256), key, data)),
        new("sha3_384", static (key, data) => Code(new Sha3Digest(384), key, data)),
        new("sha3_512", static (key, data) => Code(new Sha3Digest(512), key, data)),
        new("blake2b", static (key, data) => Code(new Blake2bDigest(512), key, data)),
        new("blake2s", static (key, data) => Code(new Blake2sDigest(256), key, data)),
    ];

    /// <summary>CouchDB's name.</summary>
    public string Name { get; }

    /// <summary>Finds a function by CouchDB's name; null where there is none.</summary>
    public static SessionHash? Find(string name) => All.FirstOrDefault(hash => hash.Name == name);

    /// <summary>Computes a code.</summary>
    /// <param name="key">The key, as text.</param>
    /// <param name="data">What the code is of.</param>
    public byte[] Code(string key, ReadOnlySpan<byte> data) => _code(Encoding.UTF8.GetBytes(key), data.ToArray());

    private static byte[] Code(IDigest digest, byte[] key, byte[] data)
    {
        var mac = new HMac(digest);
        mac.Init(new KeyParameter(key));
        mac.BlockUpdate(data, 0, data.Length);
        var code = new byte[mac.GetMacSize()];
        mac.DoFinal(code, 0);
        return code;
    }
}
