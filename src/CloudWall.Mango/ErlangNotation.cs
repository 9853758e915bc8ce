using System.Globalization;
using System.Numerics;
using System.Text;
using CloudWall.Mango.Matching;

namespace CloudWall.Mango;

/// <summary>JSON in Erlang's notation (<c>~w</c>), as CouchDB's messages show what a client has sent: strings are lists of bytes.</summary>
internal static class ErlangNotation
{
    /// <summary>A message is for people: more than this is cut off.</summary>
    private const int MostCharacters = 2000;

    /// <summary>Prints a value.</summary>
    /// <param name="json">JSON in normal form.</param>
    public static string Print(ReadOnlySpan<byte> json)
    {
        var text = new StringBuilder();
        Append(text, json);
        return text.Length <= MostCharacters ? text.ToString() : text.ToString(0, MostCharacters) + "...";
    }

    // Not recursive: values may be nested as deep as JSON may be.
    private static void Append(StringBuilder text, ReadOnlySpan<byte> json)
    {
        var closing = new Stack<string>();
        var isName = false;
        for (var i = 0; i < json.Length && text.Length <= MostCharacters;)
        {
            switch (json[i])
            {
                case (byte)'{':
                    text.Append("{[");
                    closing.Push("]}");
                    isName = json[++i] != '}';
                    text.Append(isName ? "{" : string.Empty);
                    break;
                case (byte)'[':
                    text.Append('[');
                    closing.Push("]");
                    isName = false;
                    i++;
                    break;
                case (byte)'}' or (byte)']':
                    text.Append(closing.Pop());
                    i++;
                    EndMember(text, json, i, closing);
                    break;
                case (byte)',':
                    isName = closing.Peek() == "]}";
                    text.Append(isName ? ",{" : ",");
                    i++;
                    break;
                case (byte)':':
                    text.Append(',');
                    isName = false;
                    i++;
                    break;
                default:
                    var end = NormalScan.SkipValue(json, i);
                    AppendScalar(text, json[i..end]);
                    i = end;
                    if (!isName)
                    {
                        EndMember(text, json, i, closing);
                    }

                    break;
            }
        }
    }

    private static void EndMember(StringBuilder text, ReadOnlySpan<byte> json, int next, Stack<string> closing) =>
        text.Append(next < json.Length && closing.Count > 0 && closing.Peek() == "]}" ? "}" : string.Empty);

    private static void AppendScalar(StringBuilder text, ReadOnlySpan<byte> json)
    {
        if (json[0] == '"')
        {
            text.Append("<<").AppendJoin(',', NormalScan.Decode(json).ToArray()).Append(">>");
        }
        else if (json.IndexOf((byte)'e') >= 0 && json[^1] is >= (byte)'0' and <= (byte)'9')
        {
            text.Append(Real(double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture)));
        }
        else
        {
            text.Append(Encoding.ASCII.GetString(json));
        }
    }

    private static string Real(double value)
    {
        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var digits = shortest[..(shortest.IndexOf('E', StringComparison.Ordinal) is >= 0 and var at ? at : shortest.Length)];
        var exponent = BigInteger.Parse(text[(text.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        digits = digits.Contains('.', StringComparison.Ordinal) ? digits : digits + ".0";
        return digits + "e" + exponent.ToString(CultureInfo.InvariantCulture);
    }
}
