using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace CloudWall.Mesh.Roster;

/// <summary>
/// 128 random bits and a checksum of 16 as nine words of five letters, each a consonant, a vowel, and so on: what people can say, write
/// down and type without a list (the proquints of D. Wilkerson, 2009).
/// </summary>
public sealed class RecoveryWords
{
    private const string Consonants = "bdfghjklmnprstvz";
    private const string Vowels = "aiou";
    private const int SecretLength = 16;
    private const int WordLength = 5;

    private readonly byte[] _secret;

    private RecoveryWords(byte[] secret) => _secret = secret;

    /// <summary>The random bits.</summary>
    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Makes new ones.</summary>
    public static RecoveryWords Create() => new(Secrets.NewBytes(SecretLength));

    /// <summary>Reads what a person has typed.</summary>
    /// <returns>False where a word is missing or wrong.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out RecoveryWords? words)
    {
        ArgumentNullException.ThrowIfNull(text);
        words = null;
        var typed = text.ToLowerInvariant().Split([' ', '-', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        if (typed.Length != (SecretLength / 2) + 1)
        {
            return false;
        }

        var bytes = new byte[SecretLength + 2];
        for (var i = 0; i < typed.Length; i++)
        {
            if (ReadWord(typed[i]) is not { } value)
            {
                return false;
            }

            bytes[2 * i] = (byte)(value >> 8);
            bytes[(2 * i) + 1] = (byte)value;
        }

        var secret = bytes[..SecretLength];
        words = Checksum(secret).SequenceEqual(bytes.AsSpan(SecretLength)) ? new RecoveryWords(secret) : null;
        return words is not null;
    }

    /// <summary>The words, for the one time that they are shown.</summary>
    public override string ToString()
    {
        byte[] bytes = [.. _secret, .. Checksum(_secret)];
        return string.Join(' ', bytes.Chunk(2).Select(static pair => WriteWord((pair[0] << 8) | pair[1])));
    }

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> secret) => SHA256.HashData(secret).AsSpan(0, 2);

    private static string WriteWord(int value) => new(
    [
        Consonants[value >> 12], Vowels[(value >> 10) & 3], Consonants[(value >> 6) & 15], Vowels[(value >> 4) & 3], Consonants[value & 15],
    ]);

    private static int? ReadWord(string word)
    {
        if (word.Length != WordLength)
        {
            return null;
        }

        var value = 0;
        for (var i = 0; i < WordLength; i++)
        {
            var digit = (i % 2 == 0 ? Consonants : Vowels).IndexOf(word[i], StringComparison.Ordinal);
            if (digit < 0)
            {
                return null;
            }

            value = (value << (i % 2 == 0 ? 4 : 2)) | digit;
        }

        return value;
    }
}
