using System.Globalization;
using System.Text;

namespace CloudWall.Server.Http;

/// <summary>Text as CouchDB's messages show it: a list of bytes, which is printed as a string where all of them are printable.</summary>
internal static class ErlangText
{
    /// <summary>Prints text: <c>"x"</c>, <c>[]</c> for none, <c>[1,2]</c> where a byte is not printable.</summary>
    public static string Print(string text)
    {
        if (text.Length == 0)
        {
            return "[]";
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        if (!Array.TrueForAll(utf8, IsPrintable))
        {
            return "[" + string.Join(',', utf8.Select(static value => value.ToString(CultureInfo.InvariantCulture))) + "]";
        }

        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            result.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                '\b' => "\\b",
                '\f' => "\\f",
                '\u001b' => "\\e",
                _ => c.ToString(),
            });
        }

        return result.Append('"').ToString();
    }

    private static bool IsPrintable(byte value) =>
        value is (>= 0x20 and < 0x7f) or >= 0xa0 or (>= 0x08 and <= 0x0d) or 0x1b;
}
