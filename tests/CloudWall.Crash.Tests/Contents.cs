using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace CloudWall.Crash.Tests;

/// <summary>Tells what was attached from its bytes.</summary>
internal static class Contents
{
    private static readonly ConcurrentDictionary<string, (int Length, int Seed)> Known = new();

    /// <summary>Makes content, and remembers it.</summary>
    public static byte[] Make((int Length, int Seed) content)
    {
        var bytes = new byte[content.Length];
        new Random(content.Seed).NextBytes(bytes);
        Known[Convert.ToHexString(SHA256.HashData(bytes))] = content;
        return bytes;
    }

    /// <summary>Which content it is. Bytes that were never made are a torn attachment.</summary>
    public static (int Length, int Seed) Find(byte[] bytes) => Known.TryGetValue(Convert.ToHexString(SHA256.HashData(bytes)), out var content)
        ? content
        : throw new InvalidDataException($"An attachment of {bytes.Length} bytes is none that was written.");
}
