namespace CloudWall.Indexing.Collation;

/// <summary>
/// A cache for one thread of the ends of ASCII strings' sort keys: the bytes after the primary weights, which depend only on the length
/// of the string and the positions of its capitals. A new entry replaces the one in its slot.
/// </summary>
internal sealed class LevelTails
{
    /// <summary>The length of the longest entry that is kept.</summary>
    public const int Longest = 80;

    private const int Places = 128;

    private readonly (ulong Capitals, byte Text, byte Tail)[] _known = new (ulong Capitals, byte Text, byte Tail)[Places];
    private readonly byte[] _tails = new byte[Places * Longest];

    /// <summary>Finds the end for a length and the positions of capitals; valid until the next addition.</summary>
    public bool TryGet(int length, ulong capitals, out ReadOnlySpan<byte> tail)
    {
        var place = Place(length, capitals);
        var known = _known[place];
        tail = _tails.AsSpan(place * Longest, known.Tail);
        return known.Text == length && known.Capitals == capitals;
    }

    /// <summary>Adds an entry, unless it is too long.</summary>
    public void Add(int length, ulong capitals, ReadOnlySpan<byte> tail)
    {
        if (tail.Length <= Longest)
        {
            var place = Place(length, capitals);
            _known[place] = (capitals, (byte)length, (byte)tail.Length);
            tail.CopyTo(_tails.AsSpan(place * Longest));
        }
    }

    private static int Place(int length, ulong capitals) =>
        (int)(((capitals * 0x9E3779B97F4A7C15) >> 32) + (uint)length) & (Places - 1);
}
