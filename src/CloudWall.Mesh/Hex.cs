using System.Buffers;
using System.Security.Cryptography;

namespace CloudWall.Mesh;

/// <summary>Hashes as text.</summary>
internal static class Hex
{
    /// <summary>The digits of a SHA-256.</summary>
    public const int HashLength = 2 * SHA256.HashSizeInBytes;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether a text has the digits of a SHA-256, in lower case.</summary>
    public static bool IsHash(string text) => text.Length == HashLength && text.AsSpan().IndexOfAnyExcept(Digits) < 0;
}
