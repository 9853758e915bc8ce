namespace CloudWall.Indexing.Collation;

/// <summary>
/// A cache for one thread of sort keys of short strings. A new entry replaces the one in its slot. All entries lie in two arrays, so that
/// strings that occur only once leave no garbage.
/// </summary>
internal sealed class RecentKeys
{
    /// <summary>Longer strings seldom recur, so they are not kept.</summary>
    public const int LongestText = 40;

    private const int LongestKey = 128;
    private const int Places = 256;

    private readonly (byte Text, byte Key)[] _lengths = new (byte Text, byte Key)[Places];
    private readonly char[] _texts = new char[Places * LongestText];
    private readonly byte[] _keys = new byte[Places * LongestKey];

    /// <summary>Finds the key of a string; valid until the next addition.</summary>
    public bool TryGet(ReadOnlySpan<char> text, out ReadOnlySpan<byte> key)
    {
        var place = Place(text);
        var (textLength, keyLength) = _lengths[place];
        key = _keys.AsSpan(place * LongestKey, keyLength);
        return text.SequenceEqual(_texts.AsSpan(place * LongestText, textLength));
    }

    /// <summary>Adds a key, unless it is too long.</summary>
    /// <param name="text">The string, which is not empty.</param>
    /// <param name="key">Its key.</param>
    public void Add(ReadOnlySpan<char> text, ReadOnlySpan<byte> key)
    {
        if (key.Length <= LongestKey)
        {
            var place = Place(text);
            _lengths[place] = ((byte)text.Length, (byte)key.Length);
            text.CopyTo(_texts.AsSpan(place * LongestText));
            key.CopyTo(_keys.AsSpan(place * LongestKey));
        }
    }

    private static int Place(ReadOnlySpan<char> text) => (int)((uint)string.GetHashCode(text) % Places);
}
