namespace CloudWall.Indexing.Collation;

/// <summary>
/// Sort keys of short strings that were asked for lately, by one thread: a table in which the later takes the earlier's place. All lies in
/// two arrays, so that strings that come only once leave nothing to collect.
/// </summary>
internal sealed class RecentKeys
{
    /// <summary>Longer strings seldom come again.</summary>
    public const int LongestText = 40;

    private const int LongestKey = 128;
    private const int Places = 256;

    private readonly (byte Text, byte Key)[] _lengths = new (byte Text, byte Key)[Places];
    private readonly char[] _texts = new char[Places * LongestText];
    private readonly byte[] _keys = new byte[Places * LongestKey];

    /// <summary>The key of a string, if it is known; valid until another is added.</summary>
    public bool TryGet(ReadOnlySpan<char> text, out ReadOnlySpan<byte> key)
    {
        var place = Place(text);
        var (textLength, keyLength) = _lengths[place];
        key = _keys.AsSpan(place * LongestKey, keyLength);
        return text.SequenceEqual(_texts.AsSpan(place * LongestText, textLength));
    }

    /// <summary>Keeps a key, unless it is long.</summary>
    /// <param name="text">The string, not empty.</param>
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
