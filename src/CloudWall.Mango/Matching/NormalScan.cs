using System.Buffers;
using System.Text;
using CloudWall.Documents.Json;

namespace CloudWall.Mango.Matching;

/// <summary>
/// Steps over JSON in CouchDB's normal form, which has no white space and one form of each string. It is known to be valid, so that values
/// can be skipped without looking at what is in them.
/// </summary>
internal static class NormalScan
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);

    /// <summary>The position after a value.</summary>
    /// <param name="json">The text.</param>
    /// <param name="start">Where the value begins.</param>
    public static int SkipValue(ReadOnlySpan<byte> json, int start)
    {
        switch (json[start])
        {
            case (byte)'"':
                return SkipText(json, start);
            case (byte)'{' or (byte)'[':
                return SkipToEnd(json, start + 1);
            default:
                var length = json[start..].IndexOfAny((byte)',', (byte)'}', (byte)']');
                return length < 0 ? json.Length : start + length;
        }
    }

    /// <summary>The position after a string.</summary>
    /// <param name="json">The text.</param>
    /// <param name="start">Where its opening quote is.</param>
    public static int SkipText(ReadOnlySpan<byte> json, int start)
    {
        for (var i = start + 1; ;)
        {
            i += json[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (json[i] == '"')
            {
                return i + 1;
            }

            i += 2;
        }
    }

    /// <summary>The position after the array or object that contains a position.</summary>
    /// <param name="json">The text.</param>
    /// <param name="i">A position between two values.</param>
    public static int SkipToEnd(ReadOnlySpan<byte> json, int i)
    {
        for (var depth = 1; depth > 0;)
        {
            i += json[i..].IndexOfAny(Structure);
            switch (json[i])
            {
                case (byte)'"':
                    i = SkipText(json, i);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            i++;
        }

        return i;
    }

    /// <summary>Whether a value is an integer: CouchDB tells them from other numbers by how they are written.</summary>
    public static bool IsInteger(ReadOnlySpan<byte> json) =>
        json[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') && json.IndexOfAny((byte)'.', (byte)'e') < 0;

    /// <summary>The bytes of a string: a slice of it where nothing in it is escaped.</summary>
    /// <param name="quoted">The string with its quotes.</param>
    public static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> quoted) => quoted.IndexOf((byte)'\\') < 0
        ? quoted[1..^1]
        : NormalJson.FromStored(quoted.ToArray()).TextUtf8().Span;

    /// <summary>The text of a string.</summary>
    /// <param name="quoted">The string with its quotes.</param>
    public static string Text(ReadOnlySpan<byte> quoted) => Encoding.UTF8.GetString(Decode(quoted));
}
