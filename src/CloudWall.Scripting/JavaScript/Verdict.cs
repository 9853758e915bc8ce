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
            throw ErrorText.Failure(error.Span, why.Span);
        }

        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            throw new ScriptException("unknown_error", ErrorText.Reason(json));
        }

        var name = reader.ValueTextEquals("forbidden"u8) ? "forbidden"
            : reader.ValueTextEquals("unauthorized"u8) ? "unauthorized"
            : "unknown_error";
        var reason = DriverError.TakeValue(ref reader, json);
        reader.Read();
        throw reader.TokenType != JsonTokenType.EndObject
            ? new ScriptException("unknown_error", ErrorText.Reason(json))
            : new ScriptException(name, ErrorText.Reason(reason.Span));
    }
}
