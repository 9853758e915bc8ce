using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudWall.Documents.Buffers;

namespace CloudWall.Indexing.Collation;

/// <summary>
/// Keys as bytes whose order is that of the JSON values (<see cref="JsonCollation"/>); equal values have the same bytes. No key is a
/// prefix of another, so that other bytes may follow a key.
/// </summary>
public static class SortKey
{
    private const int StackCharacters = 256;

    /// <summary>Appends the bytes of a key.</summary>
    /// <param name="json">A JSON value in normal form, as UTF-8.</param>
    /// <param name="order">The order.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <exception cref="InvalidDataException">A number is beyond 2^32767.</exception>
    public static void Write(ReadOnlySpan<byte> json, CollationOrder order, IBufferWriter<byte> output) =>
        Write(json, order, int.MaxValue, output);

    /// <summary>
    /// Appends the common prefix of all arrays that share the first elements with this one. A value that is no array, or an array with
    /// fewer elements, is appended as a whole.
    /// </summary>
    /// <param name="json">A JSON value in normal form, as UTF-8.</param>
    /// <param name="order">The order.</param>
    /// <param name="elements">The number of elements, at least 1.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <exception cref="InvalidDataException">A number is beyond 2^32767.</exception>
    public static void Write(ReadOnlySpan<byte> json, CollationOrder order, int elements, IBufferWriter<byte> output)
    {
        Span<char> room = stackalloc char[StackCharacters];
        var reader = JsonTokens.Read(json);
        var array = false;
        while (reader.Read())
        {
            array |= reader.TokenType == JsonTokenType.StartArray && reader.CurrentDepth == 0;
            if (array && reader.CurrentDepth == 1 && !IsEnd(reader.TokenType) && elements-- == 0)
            {
                return;
            }

            if (array && reader.CurrentDepth == 0 && elements == 0)
            {
                return;
            }

            Write(JsonTokens.Rank(reader.TokenType, order), output);
            switch (reader.TokenType)
            {
                case JsonTokenType.Number:
                    SortableNumber.Write(reader.ValueSpan, output);
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName:
                    WriteText(in reader, order, room, output);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>
    /// Appends the bytes of plain JSON, faster than <see cref="Write(ReadOnlySpan{byte}, CollationOrder, IBufferWriter{byte})"/>.
    /// </summary>
    /// <param name="json">Literals, numbers, strings without escapes, and arrays of these, without white space, as UTF-8.</param>
    /// <param name="order">The order.</param>
    /// <param name="output">Receives the bytes.</param>
    internal static void WritePlain(ReadOnlySpan<byte> json, CollationOrder order, IBufferWriter<byte> output)
    {
        Span<char> room = stackalloc char[StackCharacters];
        while (!json.IsEmpty)
        {
            var (token, length) = json[0] switch
            {
                (byte)'"' => (JsonTokenType.String, json[1..].IndexOf((byte)'"') + 2),
                (byte)'[' => (JsonTokenType.StartArray, 1),
                (byte)']' => (JsonTokenType.EndArray, 1),
                (byte)',' => (JsonTokenType.None, 1),
                (byte)'n' => (JsonTokenType.Null, 4),
                (byte)'t' => (JsonTokenType.True, 4),
                (byte)'f' => (JsonTokenType.False, 5),
                _ => (JsonTokenType.Number, json.IndexOfAny((byte)',', (byte)']') is >= 0 and var end ? end : json.Length),
            };
            if (token != JsonTokenType.None)
            {
                Write(JsonTokens.Rank(token, order), output);
            }

            if (token == JsonTokenType.Number)
            {
                SortableNumber.Write(json[..length], output);
            }
            else if (token == JsonTokenType.String && order == CollationOrder.Raw)
            {
                WriteRaw(json[1..(length - 1)], output);
            }
            else if (token == JsonTokenType.String)
            {
                WriteText(json[1..(length - 1)], room, output);
            }

            json = json[length..];
        }
    }

    private static ReadOnlySpan<byte> EscapedZero => [0xFF];

    private static ReadOnlySpan<byte> RawEnd => [0, 1];

    private static void Write(byte value, IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static bool IsEnd(JsonTokenType token) => token is JsonTokenType.EndArray or JsonTokenType.EndObject;

    private static void WriteText(scoped in Utf8JsonReader reader, CollationOrder order, Span<char> room, IBufferWriter<byte> output)
    {
        if (order == CollationOrder.Raw)
        {
            WriteRaw(in reader, output);
            return;
        }

        var text = JsonTokens.Text(in reader, room, out var rented);
        output.Write(StringCollation.SortKey(text));
        output.Write("\0"u8);
        JsonTokens.Return(rented);
    }

    private static void WriteText(ReadOnlySpan<byte> utf8, Span<char> room, IBufferWriter<byte> output)
    {
        if (AsciiKeys.TryWrite(utf8, output))
        {
            output.Write("\0"u8);
            return;
        }

        char[]? rented = null;
        if (utf8.Length > room.Length)
        {
            room = rented = SharedArrays.Rent<char>(utf8.Length);
        }

        output.Write(StringCollation.SortKey(room[..Encoding.UTF8.GetChars(utf8, room)]));
        output.Write("\0"u8);
        JsonTokens.Return(rented);
    }

    private static void WriteRaw(scoped in Utf8JsonReader reader, IBufferWriter<byte> output)
    {
        byte[]? rented = null;
        var bytes = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            rented = SharedArrays.Rent<byte>(bytes.Length);
            bytes = rented.AsSpan(0, reader.CopyString(rented));
        }

        WriteRaw(bytes, output);
        if (rented is not null)
        {
            SharedArrays.Return(rented);
        }
    }

    /// <summary>Appends the bytes of a string: 00 becomes 00 FF, and 00 01 ends it.</summary>
    private static void WriteRaw(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        for (var zero = bytes.IndexOf((byte)0); zero >= 0; zero = bytes.IndexOf((byte)0))
        {
            output.Write(bytes[..(zero + 1)]);
            output.Write(EscapedZero);
            bytes = bytes[(zero + 1)..];
        }

        output.Write(bytes);
        output.Write(RawEnd);
    }
}
