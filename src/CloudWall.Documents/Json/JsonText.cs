using System.Text;
using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>Strings in normal form.</summary>
internal static class JsonText
{
    /// <summary>Writes a character inside a string with CouchDB's minimal escaping.</summary>
    /// <returns>The number of bytes written, at most 6.</returns>
    public static int WriteEscaped(Span<byte> destination, Rune rune)
    {
        var letter = rune.Value switch
        {
            '"' => (byte)'"',
            '\\' => (byte)'\\',
            '\b' => (byte)'b',
            '\f' => (byte)'f',
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            _ => (byte)0,
        };
        if (letter != 0)
        {
            destination[0] = (byte)'\\';
            destination[1] = letter;
            return 2;
        }

        if (rune.Value >= 0x20)
        {
            return rune.EncodeToUtf8(destination);
        }

        "\\u00"u8.CopyTo(destination);
        destination[4] = (byte)('0' + (rune.Value >> 4));
        destination[5] = "0123456789ABCDEF"u8[rune.Value & 0xF];
        return 6;
    }

    /// <summary>Decodes a string in normal form, given with its quotes.</summary>
    public static string Decode(ReadOnlySpan<byte> quoted)
    {
        var inner = quoted[1..^1];
        if (!inner.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(inner);
        }

        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return reader.GetString()!;
    }
}
