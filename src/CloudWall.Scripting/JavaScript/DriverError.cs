using System.Buffers;
using System.Text.Json;
using CloudWall.Scripting.QueryServers;

namespace CloudWall.Scripting.JavaScript;

/// <summary>Reads the driver's answers. They are a stranger's: each must be one JSON value, and have the members that it should.</summary>
internal static class DriverError
{
    /// <summary>How deep JSON may be, as documents: deeper than the engine's own stack lets it write.</summary>
    public static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = 1 << 16 };

    /// <summary>Looks whether an answer, or a part of one, is text at all; readers of JSON do not.</summary>
    /// <exception cref="ScriptException">It is not.</exception>
    public static void RequireUtf8(ReadOnlySpan<byte> text)
    {
        if (!System.Text.Unicode.Utf8.IsValid(text))
        {
            throw new ScriptException("InternalError", "the engine's answer is not UTF-8");
        }
    }

    /// <summary>Reads it.</summary>
    public static ScriptException Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, AnyDepth);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                return Unreadable();
            }

            var name = json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return Unreadable();
            }

            reader.Skip();
            var reason = json[start..(int)reader.BytesConsumed];
            return reader.Read() && reader.TokenType == JsonTokenType.EndArray && !reader.Read()
                ? ErrorText.Failure(name, reason)
                : Unreadable();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return Unreadable();
        }
    }

    /// <summary>The next value in a list or an object.</summary>
    /// <exception cref="ScriptException">There is none.</exception>
    public static ReadOnlyMemory<byte> TakeValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (!reader.Read() || reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
        {
            throw Unreadable();
        }

        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return LoneSurrogates.Replace(json[start..(int)reader.BytesConsumed].ToArray(), new ArrayBufferWriter<byte>());
    }

    /// <summary>An answer that is one value.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static ReadOnlyMemory<byte> ReadValue(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, AnyDepth);
            var value = TakeValue(ref reader, json);
            return reader.Read() ? throw Unreadable() : value;
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
    }

    /// <summary>An answer that is a list of values.</summary>
    /// <exception cref="ScriptException">It is something else.</exception>
    public static List<ReadOnlyMemory<byte>> ReadValues(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, AnyDepth);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw Unreadable();
            }

            var values = new List<ReadOnlyMemory<byte>>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                values.Add(LoneSurrogates.Replace(json[start..(int)reader.BytesConsumed].ToArray(), new ArrayBufferWriter<byte>()));
            }

            return reader.Read() ? throw Unreadable() : values;
        }
        catch (JsonException)
        {
            throw Unreadable();
        }
    }

    /// <summary>The text of a JSON string, in UTF-8.</summary>
    /// <exception cref="ScriptException">It is none.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(LoneSurrogates.Replace(json.ToArray(), new ArrayBufferWriter<byte>()).Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            {
                throw Unreadable();
            }

            var text = new byte[reader.ValueSpan.Length];
            text = text[..reader.CopyString(text)];
            return reader.Read() ? throw Unreadable() : text;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw Unreadable();
        }
    }

    /// <summary>An answer that the driver would not give.</summary>
    public static ScriptException Unreadable() => new("InternalError", "the engine's answer cannot be read");
}
