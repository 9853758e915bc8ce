using System.Text.Json;

namespace CloudWall.Scripting.JavaScript;

/// <summary>
/// How deep documents are nested. To write a value as JSON takes the engine time with the square of its depth, since it looks for circles
/// on each level: what is deeper than this would run into the time limit, and would seem to be the function's fault.
/// </summary>
internal static class DocumentDepth
{
    /// <summary>The deepest that functions are given: twice what the engine is asserted to take.</summary>
    public const int Most = 10_000;

    /// <summary>Whether a document is deeper.</summary>
    /// <param name="document">JSON in UTF-8.</param>
    public static bool IsTooDeep(ReadOnlySpan<byte> document)
    {
        if (document.Length <= 2 * Most || document.Count((byte)'[') + document.Count((byte)'{') <= Most)
        {
            return false;
        }

        var reader = new Utf8JsonReader(document, DriverError.AnyDepth);
        while (reader.Read())
        {
            if (reader.CurrentDepth >= Most && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
            {
                return true;
            }
        }

        return false;
    }
}
