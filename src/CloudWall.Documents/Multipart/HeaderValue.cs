using System.Text;

namespace CloudWall.Documents.Multipart;

/// <summary>A header of the form <c>value; name=parameter; name="parameter"</c> (RFC 9110, section 5.6.6).</summary>
/// <param name="Value">What comes first, in small letters: a media type, or a disposition.</param>
/// <param name="Parameters">The parameters, their names in small letters.</param>
public readonly record struct HeaderValue(string Value, IReadOnlyList<KeyValuePair<string, string>> Parameters)
{
    /// <summary>A parameter's value, or null.</summary>
    public string? Find(string name)
    {
        foreach (var (key, value) in Parameters)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Reads a header's value. Parameters without a name or a value are passed over.</summary>
    public static HeaderValue Parse(string text)
    {
        var at = NextPart(text, 0);
        var value = text[..at].Trim().ToLowerInvariant();
        var parameters = new List<KeyValuePair<string, string>>();
        while (at < text.Length)
        {
            var start = at + 1;
            at = NextPart(text, start);
            var part = text.AsSpan(start, at - start).Trim();
            var equals = part.IndexOf('=');
            if (equals > 0 && equals < part.Length - 1)
            {
                var name = part[..equals].Trim().ToString().ToLowerInvariant();
                parameters.Add(new(name, Unquote(part[(equals + 1)..].Trim())));
            }
        }

        return new HeaderValue(value, parameters);
    }

    private static int NextPart(string text, int at)
    {
        var quoted = false;
        for (; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    at++;
                    break;
                case ';' when !quoted:
                    return at;
            }
        }

        return text.Length;
    }

    private static string Unquote(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty || value[0] != '"')
        {
            return value.ToString();
        }

        var result = new StringBuilder(value.Length);
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
            {
                result.Append(value[++i]);
            }
            else if (value[i] != '"' || i < value.Length - 1)
            {
                result.Append(value[i]);
            }
        }

        return result.ToString();
    }
}
