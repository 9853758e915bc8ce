namespace CloudWall.Mesh;

/// <summary>
/// Text that people read out and type: digits and letters without <c>i</c>, <c>l</c>, <c>o</c> and <c>u</c>, which are easily confused
/// (Crockford's alphabet), in groups of four.
/// </summary>
public static class Base32
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int GroupLength = 4;

    /// <summary>The leading bits of some bytes as characters of five bits each, without groups.</summary>
    /// <param name="bytes">The bytes; bits beyond their end count as zero.</param>
    /// <param name="characters">How many characters.</param>
    public static string Encode(ReadOnlySpan<byte> bytes, int characters)
    {
        var text = new char[characters];
        for (var i = 0; i < characters; i++)
        {
            var value = 0;
            for (var bit = i * 5; bit < (i * 5) + 5; bit++)
            {
                value = (value << 1) | (bit / 8 < bytes.Length ? (bytes[bit / 8] >> (7 - (bit % 8))) & 1 : 0);
            }

            text[i] = Alphabet[value];
        }

        return new string(text);
    }

    /// <summary>Puts hyphens between groups of four characters.</summary>
    public static string Group(string text) =>
        string.Join('-', text.Chunk(GroupLength).Select(static group => new string(group)));

    /// <summary>
    /// What was meant by text that a person has typed: case, hyphens and spaces do not matter, o counts as 0, and i and l count as 1.
    /// </summary>
    /// <returns>Null where a character is none of the alphabet.</returns>
    public static string? Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var kept = new List<char>(text.Length);
        foreach (var character in text)
        {
            var meant = char.ToLowerInvariant(character) switch
            {
                'o' => '0',
                'i' or 'l' => '1',
                var other => other,
            };
            if (meant is '-' or ' ')
            {
                continue;
            }

            if (!Alphabet.Contains(meant, StringComparison.Ordinal))
            {
                return null;
            }

            kept.Add(meant);
        }

        return new string([.. kept]);
    }
}
