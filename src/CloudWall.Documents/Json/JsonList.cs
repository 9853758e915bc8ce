using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>Reads JSON arrays of strings.</summary>
public static class JsonList
{
    /// <summary>Returns an array's elements; null for those that are not strings.</summary>
    /// <returns>Null if the value is not an array.</returns>
    /// <exception cref="DocumentException">400: invalid JSON.</exception>
    public static IReadOnlyList<string?>? Texts(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, JsonDepth.Reader);
            reader.Read();
            var isArray = reader.TokenType == JsonTokenType.StartArray;
            var texts = new List<string?>();
            while (reader.Read())
            {
                if (isArray && reader.CurrentDepth == 1)
                {
                    texts.Add(reader.TokenType == JsonTokenType.String ? reader.GetString() : null);
                    reader.Skip();
                }
            }

            return isArray ? texts : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw JsonErrors.Invalid();
        }
    }
}
