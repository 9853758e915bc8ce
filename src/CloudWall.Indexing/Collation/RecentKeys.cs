namespace CloudWall.Indexing.Collation;

/// <summary>Sort keys of short strings that were asked for lately, by one thread: a table in which the later takes the earlier's place.</summary>
internal sealed class RecentKeys
{
    /// <summary>Longer strings seldom come again.</summary>
    public const int LongestText = 40;

    private const int Places = 256;

    private readonly (string Text, byte[] Key)[] _places = new (string Text, byte[] Key)[Places];

    public bool TryGet(ReadOnlySpan<char> text, out ReadOnlySpan<byte> key)
    {
        var (known, kept) = _places[Place(text)];
        key = kept;
        return known is not null && text.SequenceEqual(known);
    }

    public ReadOnlySpan<byte> Add(ReadOnlySpan<char> text, ReadOnlySpan<byte> key)
    {
        _places[Place(text)] = (text.ToString(), key.ToArray());
        return key;
    }

    private static int Place(ReadOnlySpan<char> text) => (int)((uint)string.GetHashCode(text) % Places);
}
