using System.Security.Cryptography;

namespace CloudWall.Access;

/// <summary>Makes secrets. They come from the system, whatever the node's randomness is.</summary>
public static class Secrets
{
    /// <summary>A secret of 128 bits: 32 hexadecimal digits.</summary>
    public static string NewSecret() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
