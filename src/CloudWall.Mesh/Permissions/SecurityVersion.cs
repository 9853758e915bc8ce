using System.Security.Cryptography;
using System.Text;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Permissions;

/// <summary>A version of a database's <c>_security</c>, as an admin has set it on some member.</summary>
/// <param name="By">The member.</param>
/// <param name="After">The hashes of the versions that it follows, sorted.</param>
/// <param name="Value">The object in normal form.</param>
public sealed record SecurityVersion(MemberId By, IReadOnlyList<string> After, ReadOnlyMemory<byte> Value)
{
    /// <summary>What other versions name it by: the SHA-256 of all of it, 64 hexadecimal digits.</summary>
    public string Hash { get; } = Compute(By, After, Value.Span);

    private static string Compute(MemberId by, IReadOnlyList<string> after, ReadOnlySpan<byte> value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"cloudwall security 1 {by.Hex} {string.Join(',', after)}\n"));
        hash.AppendData(value);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
