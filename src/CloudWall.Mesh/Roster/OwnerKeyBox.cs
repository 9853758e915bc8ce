using System.Security.Cryptography;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Roster;

/// <summary>
/// The owner's private key, encrypted under recovery words: AES-256-GCM with a key that HKDF-SHA-256 makes of the words' 128 random bits
/// and a salt. There is nothing to guess, so a slow hash would add nothing.
/// </summary>
public static class OwnerKeyBox
{
    private const byte Version = 1;
    private const int SaltLength = 16;
    private const int TagLength = 16;
    private const int NonceLength = 12;

    /// <summary>Encrypts the key.</summary>
    public static byte[] Seal(NodeKey owner, RecoveryWords words)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(words);
        var salt = Secrets.NewBytes(SaltLength);
        var plain = owner.Export();
        var box = new byte[1 + SaltLength + TagLength + plain.Length];
        box[0] = Version;
        salt.CopyTo(box, 1);
        using var cipher = new AesGcm(Key(words, salt), TagLength);

        // Each key encrypts once, so the nonce may be the same.
        cipher.Encrypt(
            new byte[NonceLength], plain, box.AsSpan(1 + SaltLength + TagLength), box.AsSpan(1 + SaltLength, TagLength));
        CryptographicOperations.ZeroMemory(plain);
        return box;
    }

    /// <summary>Decrypts the key.</summary>
    /// <returns>Null where the words are others.</returns>
    public static NodeKey? Open(ReadOnlySpan<byte> box, RecoveryWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (box.Length <= 1 + SaltLength + TagLength || box[0] != Version)
        {
            return null;
        }

        var plain = new byte[box.Length - (1 + SaltLength + TagLength)];
        try
        {
            using var cipher = new AesGcm(Key(words, box.Slice(1, SaltLength)), TagLength);
            cipher.Decrypt(new byte[NonceLength], box[(1 + SaltLength + TagLength)..], box.Slice(1 + SaltLength, TagLength), plain);
            return NodeKey.Import(plain);
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static byte[] Key(RecoveryWords words, ReadOnlySpan<byte> salt)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, words.Secret, key, salt, "cloudwall owner key 1"u8);
        return key;
    }
}
