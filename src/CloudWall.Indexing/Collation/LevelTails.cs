namespace CloudWall.Indexing.Collation;

/// <summary>
/// How keys of ASCII strings end that were made lately, by one thread: what follows the primary weights, by how long the string is and where
/// its capitals are. A table in which the later takes the earlier's place.
/// </summary>
internal sealed class LevelTails
{
    /// <summary>The longest that is kept.</summary>
    public const int Longest = 80;

    private const int Places = 128;

    private readonly (ulong Capitals, byte Text, byte Tail)[] _known = new (ulong Capitals, byte Text, byte Tail)[Places];
    private readonly byte[] _tails = new byte[Places * Longest];

    /// <summary>What is known of strings of a length; valid until something is added.</summary>
    public bool TryGet(int length, ulong capitals, out ReadOnlySpan<byte> tail)
    {
        var place = Place(length, capitals);
        var known = _known[place];
        tail = _tails.AsSpan(place * Longest, known.Tail);
        return known.Text == length && known.Capitals == capitals;
    }

    /// <summary>Keeps one, unless it is too long.</summary>
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
