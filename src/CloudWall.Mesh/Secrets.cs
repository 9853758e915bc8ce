using System.Security.Cryptography;

namespace CloudWall.Mesh;

/// <summary>Makes secrets. They come from the system, whatever the node's randomness is.</summary>
internal static class Secrets
{
    /// <summary>Random bytes.</summary>
    public static byte[] NewBytes(int count) => RandomNumberGenerator.GetBytes(count);
}
