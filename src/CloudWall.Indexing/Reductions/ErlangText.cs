using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CloudWall.Indexing.Reductions;

/// <summary>Values as CouchDB shows them in messages about <c>_stats</c>, which are in Erlang's notation, on one line.</summary>
internal static class ErlangText
{
    /// <summary>Writes a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="strings">Whether strings are shown as text (<c>~p</c>), or as their bytes (<c>~w</c>).</param>
    public static string Write(SumValue value, bool strings) =>
        value.Number is { } number ? number.ToString()
        : value.Items is { } items ? $"[{string.Join(',', items.Select(item => Write(item, strings)))}]"
        : value.Members is not null ? $"{{{WriteMembers(value, strings)}}}"
        : value.Other![0] == '"' ? WriteString(Text(value.Other), strings)
        : Encoding.ASCII.GetString(value.Other);

    /// <summary>Writes the members of an object as the list that they are.</summary>
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
