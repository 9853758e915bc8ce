using System.Text.Json;

namespace CloudWall.Scripting.JavaScript;

/// <summary>What a validation function decided.</summary>
internal static class Verdict
{
    /// <summary>Reads it: 1 and true are consent, even when they are thrown.</summary>
    /// <exception cref="ScriptException">It refuses.</exception>
    public static bool Read(ReadOnlySpan<byte> answer)
    {
        if (answer.SequenceEqual("1"u8) || answer.SequenceEqual("true"u8))
        {
            return true;
        }

        var json = DriverError.ReadValue(answer).ToArray();
        var reader = new Utf8JsonReader(json, DriverError.AnyDepth);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray && DriverError.ReadValues(json) is [var kind, var error, var why]
            && (kind.Span.SequenceEqual("\"error\""u8) || kind.Span.SequenceEqual("\"fatal\""u8)) && error.Span is [(byte)'"', ..])
        {
            throw new ScriptException(System.Text.Encoding.UTF8.GetString(DriverError.Decode(error.Span)), why);
        }

        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            throw new ScriptException("unknown_error", (ReadOnlyMemory<byte>)json);
        }

        var name = DriverError.Text(reader);
        var reason = DriverError.TakeValue(ref reader, json);
        reader.Read();
        throw reader.TokenType != JsonTokenType.EndObject
            ? new ScriptException("unknown_error", (ReadOnlyMemory<byte>)json)
            : new ScriptException(name is "forbidden" or "unauthorized" ? name : "unknown_error", reason);
    }
}
