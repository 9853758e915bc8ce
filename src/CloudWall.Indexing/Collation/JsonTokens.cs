using System.Text.Json;
using CloudWall.Documents.Buffers;
using CloudWall.Documents.Json;

namespace CloudWall.Indexing.Collation;

/// <summary>Reads JSON of any depth, and strings without their escapes.</summary>
internal static class JsonTokens
{
    private static readonly JsonReaderOptions Options = JsonDepth.Reader;

    public static Utf8JsonReader Read(ReadOnlySpan<byte> json) => new(json, Options);

    /// <summary>The unescaped text of a string or member name.</summary>
    /// <param name="reader">The reader, positioned on the token.</param>
    /// <param name="initial">A buffer on the caller's stack.</param>
    /// <param name="rented">A rented buffer, to be released with <see cref="Return"/>; null where the initial buffer sufficed.</param>
    public static ReadOnlySpan<char> Text(scoped in Utf8JsonReader reader, Span<char> initial, out char[]? rented)
    {
        rented = null;
        if (reader.ValueSpan.Length > initial.Length)
        {
            initial = rented = SharedArrays.Rent<char>(reader.ValueSpan.Length);
        }

        return initial[..reader.CopyString(initial)];
    }

    public static void Return(char[]? rented)
    {
        if (rented is not null)
        {
            SharedArrays.Return(rented);
        }
    }

    /// <summary>The position of a type among the others; 0 is the end of an array or object.</summary>
    public static byte Rank(JsonTokenType token, CollationOrder order) => token switch
    {
        JsonTokenType.EndArray or JsonTokenType.EndObject => 0,
        JsonTokenType.PropertyName => 1,
        JsonTokenType.Null => order == CollationOrder.Raw ? (byte)3 : (byte)1,
        JsonTokenType.False => 2,
        JsonTokenType.True => order == CollationOrder.Raw ? (byte)4 : (byte)3,
        JsonTokenType.Number => order == CollationOrder.Raw ? (byte)1 : (byte)4,
        JsonTokenType.String => order == CollationOrder.Raw ? (byte)7 : (byte)5,
        JsonTokenType.StartArray => 6,
        JsonTokenType.StartObject => order == CollationOrder.Raw ? (byte)5 : (byte)7,
        _ => throw new InvalidDataException($"A key has a {token}."),
    };
}
