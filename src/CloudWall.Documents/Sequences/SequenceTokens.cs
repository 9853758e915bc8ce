using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace CloudWall.Documents.Sequences;

/// <summary>
/// Formats and parses the update sequences of one incarnation of a database: <c>N-opaque</c>, always the same for the same N. The opaque
/// part is base64url of the incarnation's 16 bytes and a checksum of 4 bytes. It distinguishes tokens from foreign text, and tokens of this
/// incarnation from those of others. It detects mistakes, not forgery. Checkpoints of earlier versions have the incarnation's 32
/// hexadecimal digits instead, and are still accepted.
/// </summary>
public readonly struct SequenceTokens
{
    /// <summary>The maximum length of a token in bytes.</summary>
    public const int MaxLength = 20 + OpaqueLength;

    private const int IncarnationLength = 16;
    private const int BinaryLength = IncarnationLength + sizeof(uint);
    private const int OpaqueLength = 1 + 27;
    private const int IncarnationDigits = 32;

    private readonly UInt128 _incarnation;

    /// <summary>Creates the tokens of an incarnation.</summary>
    /// <param name="incarnation">32 hexadecimal digits.</param>
    public SequenceTokens(string incarnation) =>
        _incarnation = UInt128.Parse(incarnation, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Writes a sequence's token as UTF-8, without quotes.</summary>
    /// <param name="sequence">The sequence, not negative.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public int Format(long sequence, Span<byte> destination)
    {
        sequence.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture);
        destination[written++] = (byte)'-';
        Span<byte> binary = stackalloc byte[BinaryLength];
        BinaryPrimitives.WriteUInt128BigEndian(binary, _incarnation);
        BinaryPrimitives.WriteUInt32BigEndian(binary[IncarnationLength..], Checksum(_incarnation, sequence));
        return written + Base64Url.EncodeToUtf8(binary, destination[written..]);
    }

    /// <summary>A sequence's token, without quotes.</summary>
    public string Format(long sequence)
    {
        Span<byte> token = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(token[..Format(sequence, token)]);
    }

    /// <summary>Parses a token. Replicators and event sources may put quotes around it, which are accepted.</summary>
    /// <param name="text">The client's text.</param>
    /// <param name="sequence">Its sequence; 0 for a token from elsewhere.</param>
    public SequenceOrigin Parse(ReadOnlySpan<char> text, out long sequence)
    {
        sequence = 0;
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"')
        {
            text = text[1..^1];
        }

        var dash = text.IndexOf('-');
        if (dash <= 0
            || !long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || (text[0] == '0' && dash > 1)
            || !TryReadOpaque(text[(dash + 1)..], number, out var incarnation))
        {
            return SequenceOrigin.Malformed;
        }

        if (incarnation != _incarnation)
        {
            return SequenceOrigin.Elsewhere;
        }

        sequence = number;
        return SequenceOrigin.Here;
    }

    /// <summary>
    /// Resolves a client's <c>since</c> to a sequence. A token from elsewhere gives 0. So does a token ahead of the database: the database
    /// was restored to an earlier state, so the sequences after it may have been reused for other changes.
    /// </summary>
    /// <param name="text"><c>0</c>, <c>now</c>, or a token.</param>
    /// <param name="latest">The latest sequence of the database.</param>
    /// <exception cref="DocumentException">400: the text is none of these.</exception>
    public long ResolveSince(ReadOnlySpan<char> text, long latest)
    {
        if (text is "0")
        {
            return 0;
        }

        if (text is "now")
        {
            return latest;
        }

        return Parse(text, out var sequence) == SequenceOrigin.Malformed
            ? throw new DocumentException(DocumentError.BadRequest("Malformed sequence supplied in 'since' parameter."))
            : sequence <= latest ? sequence : 0;
    }

    private static bool TryReadOpaque(ReadOnlySpan<char> text, long number, out UInt128 incarnation)
    {
        incarnation = default;
        if (text.Length == IncarnationDigits)
        {
            return UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out incarnation);
        }

        Span<byte> binary = stackalloc byte[BinaryLength];
        if (text.Length != OpaqueLength - 1
            || Base64Url.DecodeFromChars(text, binary, out _, out var length) != OperationStatus.Done
            || length != BinaryLength)
        {
            return false;
        }

        incarnation = BinaryPrimitives.ReadUInt128BigEndian(binary);
        return BinaryPrimitives.ReadUInt32BigEndian(binary[IncarnationLength..]) == Checksum(incarnation, number);
    }

    // A few multiplications instead of a cryptographic hash, because every row of a feed needs a token.
    private static uint Checksum(UInt128 incarnation, long sequence)
    {
        var state = Mix((ulong)incarnation ^ Mix((ulong)(incarnation >> 64) ^ Mix((ulong)sequence + 0x9E3779B97F4A7C15)));
        return (uint)(state >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return BitOperations.RotateLeft(value, 31) ^ value;
    }
}
