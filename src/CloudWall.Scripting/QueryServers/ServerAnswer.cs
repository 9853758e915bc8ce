using System.Text.Json;

namespace CloudWall.Scripting.QueryServers;

/// <summary>Takes apart what a query server said, without copying.</summary>
internal static class ServerAnswer
{
    /// <summary>CouchDB has no limit on depth.</summary>
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = int.MaxValue };

    /// <summary>The elements of an array.</summary>
    /// <exception cref="ScriptException">It is none; the program is ended.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<ReadOnlyMemory<byte>> Elements(QueryServerProcess process, ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Deep);
        if (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            List<ReadOnlyMemory<byte>> elements = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                elements.Add(json[start..(int)reader.BytesConsumed]);
            }

            // What follows the array is no JSON either.
            reader.Read();
            return elements;
        }

        throw process.Nonsense("unexpected answer");
    }

    /// <summary>The value of a string, or null.</summary>
    public static string? Word(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Deep);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    /// <summary>Looks a member up, by the path to it.</summary>
    public static bool TryMember(ReadOnlyMemory<byte> json, string name, out ReadOnlyMemory<byte> value)
    {
        value = default;
        var reader = new Utf8JsonReader(json.Span, Deep);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                value = json[start..(int)reader.BytesConsumed];
                return true;
            }
        }
        return false;
    }
}
