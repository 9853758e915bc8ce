using System.Text;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// The text of a function in a design document. CouchDB's engine takes an anonymous function for an expression where a statement should be,
/// also after other code; the engine here is made to see one by two characters in front of it.
/// </summary>
internal static class SourceText
{
    /// <summary>
    /// A longer text is not looked into, since that has no end but its own, and whoever asks may wait for it: functions that people write
    /// are shorter.
    /// </summary>
    public const int MostRead = 64 << 10;

    /// <summary>The text as the engine takes it.</summary>
    /// <param name="source">The text in UTF-8.</param>
    /// <returns>Null where it is the same.</returns>
    public static byte[]? AsScript(ReadOnlySpan<byte> source)
    {
        List<int>? places = null;
        var tokens = new SourceTokens(source);
        var before = default(SourceToken);
        while (tokens.Next(out var token))
        {
            if (token.Depth == 0 && token.IsWord(source, "function"u8) && BeginsStatement(before, token) && tokens.IsFollowedBy((byte)'('))
            {
                (places ??= []).Add(token.Start);
            }

            before = token;
        }

        return places is null ? null : Insert(source, places);
    }

    /// <summary>What can be said of a function without running it.</summary>
    public static SourceTraits Describe(string text)
    {
        if (text.Length > MostRead)
        {
            return SourceTraits.Unknown;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var tokens = new SourceTokens(source);
        var traits = new SourceReader(source);
        while (tokens.Next(out var token))
        {
            traits.Read(token);
        }

        return traits.Finish(tokens.IsComplete);
    }

    /// <summary>The same of several functions, of which no more is read together than <paramref name="most"/>.</summary>
    public static SourceTraits[] Describe(IReadOnlyList<string> texts, int most = 1 << 20) =>
        texts.Sum(static text => (long)text.Length) > most
            ? [.. texts.Select(static _ => SourceTraits.Unknown)]
            : [.. texts.Select(Describe)];

    private static bool BeginsStatement(in SourceToken before, in SourceToken token) => before.Kind switch
    {
        SourceTokenKind.None => true,
        SourceTokenKind.Punctuator => before.Symbol is (byte)';' or (byte)'}' || (before.Symbol is (byte)')' or (byte)']' && token.AfterNewLine),
        SourceTokenKind.Keyword => false,
        _ => token.AfterNewLine,
    };

    private static byte[] Insert(ReadOnlySpan<byte> source, List<int> places)
    {
        var result = new byte[source.Length + (2 * places.Count)];
        var (from, to) = (0, 0);
        foreach (var place in places)
        {
            source[from..place].CopyTo(result.AsSpan(to));
            to += place - from;
            from = place;
            result[to++] = (byte)'0';
            result[to++] = (byte)',';
        }

        source[from..].CopyTo(result.AsSpan(to));
        return result;
    }
}
