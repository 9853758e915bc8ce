using System.Security.Cryptography;

namespace CloudWall.Mesh.Identity;

/// <summary>
/// Who a node is: the SHA-256 of its public key (its <c>SubjectPublicKeyInfo</c>, RFC 5280). People see it in groups of four characters.
/// </summary>
public readonly record struct MemberId : IComparable<MemberId>
{
    private readonly string? _hex;

    private MemberId(string hex) => _hex = hex;

    /// <summary>64 hexadecimal digits in lower case.</summary>
    public string Hex => _hex ?? new string('0', Mesh.Hex.HashLength);

    /// <summary>The id of a public key.</summary>
    /// <param name="subjectPublicKeyInfo">The key in DER.</param>
    public static MemberId Of(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        new(Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo)));

    /// <summary>Reads 64 hexadecimal digits in lower case.</summary>
    /// <returns>Null where it is something else.</returns>
    public static MemberId? TryParse(string? hex) =>
        hex is not null && Mesh.Hex.IsHash(hex) ? new MemberId(hex) : null;

    /// <summary>The 32 bytes.</summary>
    public byte[] ToBytes() => Convert.FromHexString(Hex);

    /// <summary>The first group, which the name of the node has.</summary>
    public string FirstGroup => Base32.Encode(ToBytes(), 4);

    /// <summary>All of it as people see it: 13 groups of four characters.</summary>
    public override string ToString() => Base32.Group(Base32.Encode(ToBytes(), 52));

    /// <inheritdoc/>
    public int CompareTo(MemberId other) => string.CompareOrdinal(Hex, other.Hex);

    /// <summary>Whether one comes before another.</summary>
    public static bool operator <(MemberId left, MemberId right) => left.CompareTo(right) < 0;

    /// <summary>Whether one comes before another, or is the same.</summary>
    public static bool operator <=(MemberId left, MemberId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one comes after another.</summary>
    public static bool operator >(MemberId left, MemberId right) => left.CompareTo(right) > 0;

    /// <summary>Whether one comes after another, or is the same.</summary>
    public static bool operator >=(MemberId left, MemberId right) => left.CompareTo(right) >= 0;
}
