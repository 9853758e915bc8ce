using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>Finds members in JSON without building a DOM.</summary>
public static class JsonMember
{
    /// <summary>Finds a member of an object; of duplicates, the last.</summary>
    /// <param name="json">The object.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="value">Its value, as written.</param>
    /// <returns>False if there is no such member.</returns>
    /// <exception cref="DocumentException">400: invalid JSON, or not an object.</exception>
    public static bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        var found = false;
        try
        {
            var reader = new Utf8JsonReader(json, JsonDepth.Reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                while (reader.Read())
                {
                }

                throw new DocumentException(DocumentError.BadRequest("Request body must be a JSON object"));
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var matches = reader.ValueTextEquals(name);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (matches)
                {
                    value = json[start..(int)reader.BytesConsumed];
                    found = true;
                }
            }

            while (reader.Read())
            {
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader detects a lone surrogate in a name only when it unescapes it.
            throw JsonErrors.Invalid();
        }

        return found;
    }

    /// <summary>The text of a JSON string; null for other values.</summary>
    /// <exception cref="DocumentException">400: invalid JSON.</exception>
    public static string? TextOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, JsonDepth.Reader);
            reader.Read();
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
            while (reader.Read())
            {
            }

            return text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw JsonErrors.Invalid();
        }
    }
}
