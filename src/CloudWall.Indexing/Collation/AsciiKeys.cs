using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// Composes the sort keys of short ASCII strings from keys that ICU has made for pairs of characters. This works because each printable
/// ASCII character is one collation element and never part of a contraction: its primary weight depends only on the character before it,
/// and the rest of the key only on the positions of capitals. ICU treats the capital W differently, so strings with it are left to ICU.
/// </summary>
internal static class AsciiKeys
{
    private const int FirstCharacter = ' ';
    private const int Characters = '~' - FirstCharacter + 1;

    /// <summary>The number of bits that mark capitals.</summary>
    private const int LongestText = 64;

    /// <summary>The byte that ends the primary weights of a key.</summary>
    private const byte LevelEnd = 1;

    private const ulong Capital = 0x80;
    private const ulong Length = 0x07;
    private const ulong Unusable = 0xFF;

    /// <summary>
    /// The primary weights by previous character (or none) and character: the lowest byte has the number of weight bytes and whether the
    /// character is a capital; the weight bytes follow. Zero where ICU has not been asked yet.
    /// </summary>
    private static readonly ulong[] Parts = new ulong[(Characters + 1) * Characters];

    private static volatile bool _isUnusable;

    [ThreadStatic]
    private static LevelTails? _tails;

    /// <summary>Appends the key of a string, equal to that of <see cref="StringCollation.SortKey"/>.</summary>
    /// <param name="text">The string.</param>
    /// <param name="output">Receives the key.</param>
    /// <returns>False where nothing was appended, because the string is too long or has other characters.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (text.Length is 0 or > LongestText || _isUnusable)
        {
            return false;
        }

        var key = output.GetSpan((text.Length * sizeof(ulong)) + LevelTails.Longest);
        var length = 0;
        var capitals = 0UL;
        var before = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i] - FirstCharacter;
            if ((uint)character >= Characters)
            {
                return false;
            }

            var part = Parts[(before * Characters) + character];
            if (part == 0)
            {
                part = AskIcu(before, character);
            }

            if (part == Unusable)
            {
                return false;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(key[length..], part >> 8);
            length += (int)(part & Length);
            capitals |= ((part & Capital) >> 7) << i;
            before = character + 1;
        }

        var tails = _tails ??= new LevelTails();
        if (!tails.TryGet(text.Length, capitals, out var tail))
        {
            var whole = StringCollation.SortKey(Encoding.ASCII.GetString(text));
            if (!whole.StartsWith(key[..length]) || whole[length..] is not [LevelEnd, ..])
            {
                // The collation is not composed of such parts.
                _isUnusable = true;
                return false;
            }

            tail = whole[length..];
            tails.Add(text.Length, capitals, tail);
            if (tail.Length > LevelTails.Longest)
            {
                return false;
            }
        }

        tail.CopyTo(key[length..]);
        output.Advance(length + tail.Length);
        return true;
    }

    private static ulong AskIcu(int before, int character)
    {
        var own = (char)(character + FirstCharacter);
        byte[] first = before == 0 ? [] : [.. Primary($"{(char)(before - 1 + FirstCharacter)}")];
        var both = Primary(before == 0 ? $"{own}" : $"{(char)(before - 1 + FirstCharacter)}{own}").ToArray().AsSpan();
        var part = Unusable;
        var isCapital = Tail(own).SequenceEqual(Tail('A'));
        if (both.StartsWith(first) && both.Length - first.Length is > 0 and < sizeof(ulong) && (isCapital || Tail(own).SequenceEqual(Tail('a'))))
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            bytes.Clear();
            both[first.Length..].CopyTo(bytes);
            part = (BinaryPrimitives.ReadUInt64LittleEndian(bytes) << 8)
                | (isCapital ? Capital : 0)
                | (uint)(both.Length - first.Length);
        }

        Volatile.Write(ref Parts[(before * Characters) + character], part);
        return part;
    }

    /// <summary>The part of a character's key after its primary weight.</summary>
    private static byte[] Tail(char character)
    {
        var key = StringCollation.SortKey([character]);
        return key[Math.Max(0, key.IndexOf(LevelEnd))..].ToArray();
    }

    private static ReadOnlySpan<byte> Primary(string text)
    {
        var key = StringCollation.SortKey(text);
        return key[..Math.Max(0, key.IndexOf(LevelEnd))];
    }
}
