using System.Text.Json;

namespace CloudWall.Scripting.JavaScript;

/// <summary>The strings in a piece of JSON: what may be code in a design document.</summary>
internal static class JsonStrings
{
    public static List<string> In(ReadOnlyMemory<byte> json)
    {
        var strings = new List<string>();
        if (json.IsEmpty)
        {
            return strings;
        }

        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 10_000 });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                strings.Add(reader.GetString()!);
            }
        }
        return strings;
    }
}
