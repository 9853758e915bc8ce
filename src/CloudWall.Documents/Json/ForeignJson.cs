using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace CloudWall.Documents.Json;

/// <summary>
/// Reads JSON that came from outside and was not brought into normal form: what peers answer, and what asks for a replication. The
/// framework's readers take texts with half of a surrogate pair for JSON, and fail as by a defect when somebody asks what they say;
/// here that is a <see cref="JsonException"/>, as for all else that is no JSON.
/// </summary>
public static class ForeignJson
{
    /// <summary>How deep it may be nested where a <see cref="JsonDocument"/> is made of it.</summary>
    public const int MaxDepth = 5000;

    /// <summary>
    /// How many steps it may take to make a <see cref="JsonDocument"/>. For each bracket that closes, the framework goes back over all
    /// tokens to the one that opened: together as many steps as the depths of all tokens make.
    /// </summary>
    private const long MaxSteps = 1 << 27;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = MaxDepth + 1 };

    private const string NoText = "A text is not UTF-8, or has half of a surrogate pair.";

    /// <summary>Makes a document of it, all of whose texts can be read.</summary>
    /// <exception cref="JsonException">It is no JSON, has a text that is none, or is nested too deep.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        Check(json.Span);
        return JsonDocument.Parse(json, Deep);
    }

    /// <summary>Whether the reader stands on a name of a property; one that is no text is none.</summary>
    public static bool NameIs(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        (!reader.ValueIsEscaped || !HasHalf(reader.ValueSpan)) && reader.ValueTextEquals(name);

    /// <summary>What the name or the string says on which the reader stands.</summary>
    /// <exception cref="JsonException">It is no text.</exception>
    public static string Text(ref Utf8JsonReader reader)
    {
        RequireText(ref reader);
        return reader.GetString()!;
    }

    /// <summary>Looks whether all names and strings of some JSON can be read.</summary>
    /// <exception cref="JsonException">One cannot, or it is no JSON.</exception>
    public static void RequireTexts(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException(NoText);
        }

        if (json.IndexOf("\\u"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
            {
                RequireText(ref reader);
            }
        }
    }

    private static void Check(ReadOnlySpan<byte> json)
    {
        RequireTexts(json);
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        for (var steps = 0L; reader.Read();)
        {
            steps += reader.CurrentDepth;
            if (reader.CurrentDepth > MaxDepth || steps > MaxSteps)
            {
                throw new JsonException(string.Create(
                    CultureInfo.InvariantCulture, $"The JSON is nested too deep: {MaxDepth} levels are the most, and fewer in a long text."));
            }
        }
    }

    private static void RequireText(ref Utf8JsonReader reader)
    {
        if ((reader.ValueIsEscaped && HasHalf(reader.ValueSpan)) || !Utf8.IsValid(reader.ValueSpan))
        {
            throw new JsonException(NoText);
        }
    }

    /// <summary>Whether a string that is well formed otherwise has half of a surrogate pair.</summary>
    private static bool HasHalf(ReadOnlySpan<byte> escaped)
    {
        while (escaped.IndexOf((byte)'\\') is >= 0 and var found)
        {
            escaped = escaped[found..];
            if (Unit(escaped) is not { } unit)
            {
                // The other character that is escaped may be a backslash.
                escaped = escaped[2..];
                continue;
            }

            escaped = escaped[6..];
            if (char.IsLowSurrogate(unit))
            {
                return true;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (Unit(escaped) is not { } next || !char.IsLowSurrogate(next))
                {
                    return true;
                }

                escaped = escaped[6..];
            }
        }

        return false;
    }

    /// <summary>The unit of UTF-16 for which an escape stands at the beginning; null where there is none.</summary>
    private static char? Unit(ReadOnlySpan<byte> text) =>
        text.StartsWith("\\u"u8) && text.Length >= 6 && Utf8Parser.TryParse(text[2..6], out ushort unit, out _, 'x') ? (char)unit : null;
}
