using System.Text.Json;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Looks for members of documents, without reading all of them.</summary>
internal static class DesignMembers
{
    /// <summary>Finds a member; of several with its name, the last counts.</summary>
    /// <param name="document">The document as JSON.</param>
    /// <param name="path">The names on the way to it.</param>
    /// <param name="text">Its text; null where it is none.</param>
    /// <returns>Whether it is there, and is not null.</returns>
    /// <exception cref="ScriptException">It is no JSON object.</exception>
    public static bool TryFind(ReadOnlySpan<byte> document, ReadOnlySpan<string> path, out string? text)
    {
        text = null;
        try
        {
            var at = document;
            foreach (var name in path)
            {
                var found = Member(at, name);
                if (found.IsEmpty || found.SequenceEqual("null"u8))
                {
                    return false;
                }

                at = found;
            }

            if (at[0] == '"')
            {
                var reader = new Utf8JsonReader(at);
                reader.Read();
                text = reader.GetString();
            }

            return true;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new ScriptException("compilation_error", failure.Message);
        }
    }

    /// <summary>A document's id, cut for the log.</summary>
    public static string IdOf(ReadOnlySpan<byte> document)
    {
        var id = Member(document, "_id");
        return id.IsEmpty ? "" : ErrorText.Words(id.Trim((byte)'"'), ErrorText.MostLogged);
    }

    private static ReadOnlySpan<byte> Member(ReadOnlySpan<byte> json, string name)
    {
        var reader = new Utf8JsonReader(json, DriverError.AnyDepth);
        ReadOnlySpan<byte> found = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isIt)
            {
                found = json[start..(int)reader.BytesConsumed];
            }
        }

        return found;
    }
}
