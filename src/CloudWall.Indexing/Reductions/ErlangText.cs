using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CloudWall.Indexing.Reductions;

/// <summary>Values in Erlang's notation on one line, as CouchDB's error messages of <c>_stats</c> have them.</summary>
internal static class ErlangText
{
    /// <summary>Formats a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="strings">Whether strings are formatted as text (<c>~p</c>) or as lists of bytes (<c>~w</c>).</param>
    public static string Write(SumValue value, bool strings) =>
        value.Number is { } number ? number.ToString()
        : value.Items is { } items ? $"[{string.Join(',', items.Select(item => Write(item, strings)))}]"
        : value.Members is not null ? $"{{{WriteMembers(value, strings)}}}"
        : value.Other![0] == '"' ? WriteString(Text(value.Other), strings)
        : Encoding.ASCII.GetString(value.Other);

    /// <summary>Formats the members of an object as a list of pairs.</summary>
    public static string WriteMembers(SumValue value, bool strings) =>
        $"[{string.Join(',', value.Members!.Select(member => $"{{{WriteString(member.Name, strings)},{Write(member.Value, strings)}}}"))}]";

    private static string WriteString(string text, bool strings) => strings
        ? $"<<\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\">>"
        : $"<<{string.Join(',', Encoding.UTF8.GetBytes(text).Select(static b => b.ToString(CultureInfo.InvariantCulture)))}>>";

    private static string Text(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.GetString()!;
    }
}
