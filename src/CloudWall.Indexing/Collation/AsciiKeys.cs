using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// Sort keys of short strings of printable ASCII, put together from what ICU has said of pairs of characters: each such character is one
/// element of the collation, never part of a contraction, so that what it adds to the primary weights depends on the one before it alone,
/// and the rest of the key on where the capitals are. W, which is a capital of a kind of its own, is left to ICU.
/// </summary>
internal static class AsciiKeys
{
    private const int FirstCharacter = ' ';
    private const int Characters = '~' - FirstCharacter + 1;

    /// <summary>As many as there are bits to tell capitals.</summary>
    private const int LongestText = 64;

    /// <summary>What ends the primary weights of a key.</summary>
    private const byte LevelEnd = 1;

    private const ulong Capital = 0x80;
    private const ulong Length = 0x07;
    private const ulong Unusable = 0xFF;

    /// <summary>
    /// By the character before (or none) and the character: in the lowest byte how many bytes are added and whether it is a capital, then
    /// those bytes. Zero where ICU has not been asked yet.
    /// </summary>
    private static readonly ulong[] Parts = new ulong[(Characters + 1) * Characters];

    private static volatile bool _isUnusable;

    [ThreadStatic]
    private static LevelTails? _tails;

    /// <summary>Appends a string's key, as <see cref="StringCollation.SortKey"/> has it.</summary>
    /// <param name="text">The string.</param>
    /// <param name="output">Where it goes.</param>
    /// <returns>False where nothing was appended, because the string is long, or has other characters.</returns>
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
                part = Learn(before, character);
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
                // A collation of some other kind.
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

    private static ulong Learn(int before, int character)
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

    /// <summary>What of a character's key is not its primary weight.</summary>
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
