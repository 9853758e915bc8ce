using System.Buffers;
using System.Text;
using CloudWall.Documents.Buffers;

namespace CloudWall.Server.Http;

/// <summary>Percent-encoding as CouchDB reads and writes it (RFC 3986 escapes; a plus sign read as a space).</summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<byte> Unescaped =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-:"u8);

    private static readonly SearchValues<byte> Referring = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!$&'()*+,;="u8);

    /// <summary>Whether every percent sign is followed by two hexadecimal digits.</summary>
    public static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%'))
        {
            if (text.Length < at + 3 || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
            {
                return false;
            }

            text = text[(at + 3)..];
        }

        return true;
    }

    /// <summary>Decodes text. What is no escape stands for itself.</summary>
    /// <param name="text">The text: ASCII, or else one character a byte (Latin-1).</param>
    /// <param name="destination">At least as long as the text.</param>
    /// <param name="plusIsSpace">Whether a plus sign is a space.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Decode(ReadOnlySpan<char> text, Span<byte> destination, bool plusIsSpace = true)
    {
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                destination[written++] = (byte)((Digit(text[i + 1]) << 4) | Digit(text[i + 2]));
                i += 2;
            }
            else
            {
                destination[written++] = c == '+' && plusIsSpace ? (byte)' ' : (byte)c;
            }
        }

        return written;
    }

    /// <summary>Decodes text as <see cref="Decode(ReadOnlySpan{char}, Span{byte}, bool)"/> does; what is not UTF-8 becomes U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<char> text, bool plusIsSpace = true)
    {
        if (text.IsEmpty)
        {
            return string.Empty;
        }

        var buffer = SharedArrays.Rent<byte>(text.Length);
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, Decode(text, buffer, plusIsSpace));
        }
        finally
        {
            SharedArrays.Return(buffer);
        }
    }

    /// <summary>Encodes one path segment as CouchDB writes it into <c>Location</c>: a slash becomes <c>%2F</c>.</summary>
    public static string Encode(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (!utf8.AsSpan().ContainsAnyExcept(Unescaped))
        {
            return text;
        }

        var result = new StringBuilder(utf8.Length + 16);
        foreach (var value in utf8)
        {
            if (Unescaped.Contains(value))
            {
                result.Append((char)value);
            }
            else
            {
                result.Append('%').Append(Convert.ToHexString([value]));
            }
        }

        return result.ToString();
    }

    /// <summary>
    /// A URI reference of the same meaning, in the characters that one may have (RFC 3986); escapes stay as they are.
    /// </summary>
    /// <returns>Null where the text has control characters, which browsers drop: what is left may lead elsewhere.</returns>
    public static string? EncodeReference(string text)
    {
        if (text.Any(char.IsControl))
        {
            return null;
        }

        var isEscaped = IsWellFormed(text);
        var result = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (Referring.Contains(value) || (value == '%' && isEscaped))
            {
                result.Append((char)value);
            }
            else
            {
                result.Append('%').Append(Convert.ToHexString([value]));
            }
        }

        return result.ToString();
    }

    private static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
