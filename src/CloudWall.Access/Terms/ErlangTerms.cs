using System.Text;

namespace CloudWall.Access.Terms;

/// <summary>
/// Reads the little of Erlang's syntax that CouchDB has in settings: lists, tuples, strings and names, such as
/// <c>[{".{10,}", "Too short."}, "\\d+"]</c>.
/// </summary>
public static class ErlangTerms
{
    private const int MaxDepth = 8;

    /// <summary>Reads a term.</summary>
    /// <param name="text">The text. A full stop at its end does not matter.</param>
    /// <returns>A <see cref="string"/> for a string, an <see cref="ErlangName"/>, an <see cref="ErlangSequence"/>; null where it is something
    /// else.</returns>
    public static object? TryRead(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = 0;
        var term = Read(text, ref at, MaxDepth);
        SkipBlanks(text, ref at);
        if (at < text.Length && text[at] == '.')
        {
            at++;
            SkipBlanks(text, ref at);
        }

        return at == text.Length ? term : null;
    }

    private static object? Read(string text, ref int at, int depth)
    {
        SkipBlanks(text, ref at);
        if (at == text.Length || depth == 0)
        {
            return null;
        }

        return text[at] switch
        {
            '[' => ReadSequence(text, ref at, ']', depth),
            '{' => ReadSequence(text, ref at, '}', depth),
            '"' => ReadQuoted(text, ref at),
            '\'' => ReadQuoted(text, ref at) is { } quoted ? new ErlangName(quoted) : null,
            _ => ReadName(text, ref at),
        };
    }

    private static ErlangSequence? ReadSequence(string text, ref int at, char end, int depth)
    {
        var items = new List<object>();
        at++;
        SkipBlanks(text, ref at);
        if (at < text.Length && text[at] == end)
        {
            at++;
            return new ErlangSequence(end == '}', items);
        }

        while (Read(text, ref at, depth - 1) is { } item)
        {
            items.Add(item);
            SkipBlanks(text, ref at);
            if (at == text.Length)
            {
                return null;
            }

            var next = text[at++];
            if (next == end)
            {
                return new ErlangSequence(end == '}', items);
            }

            if (next != ',')
            {
                return null;
            }
        }

        return null;
    }

    private static string? ReadQuoted(string text, ref int at)
    {
        var quote = text[at++];
        var read = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at++];
            if (c == quote)
            {
                return read.ToString();
            }

            if (c == '\\')
            {
                if (at == text.Length)
                {
                    return null;
                }

                c = Unescape(text[at++]);
            }

            read.Append(c);
        }

        return null;
    }

    private static char Unescape(char c) => c switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        's' => ' ',
        'e' => '\e',
        _ => c,
    };

    private static ErlangName? ReadName(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '@'))
        {
            at++;
        }

        return at > start && char.IsAsciiLetterLower(text[start]) ? new ErlangName(text[start..at]) : null;
    }

    private static void SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }
}
