using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace CloudWall.Documents.Json;

/// <summary>
/// Reads JSON from outside that was not normalised, such as answers of peers and replication requests. The framework's readers accept a
/// text with a lone surrogate, but throw <see cref="InvalidOperationException"/> when the text is read. Here that is a
/// <see cref="JsonException"/>, as for all other invalid JSON.
/// </summary>
public static class ForeignJson
{
    /// <summary>Maximum nesting of a <see cref="JsonDocument"/>.</summary>
    public const int MaxDepth = 5000;

    /// <summary>
    /// Maximum cost of building a <see cref="JsonDocument"/>. The framework walks back over all tokens to the opening bracket for each
    /// closing one, so the cost is the sum of the depths of all tokens.
    /// </summary>
    private const long MaxSteps = 1 << 27;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = MaxDepth + 1 };

    private const string NoText = "A text is not UTF-8, or has a lone surrogate.";

    /// <summary>Parses a document and verifies that all its texts can be read.</summary>
    /// <exception cref="JsonException">Invalid JSON, a text with a lone surrogate, or too deep nesting.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        Check(json.Span);
        return JsonDocument.Parse(json, Deep);
    }

    /// <summary>Whether the reader is at a property of this name. A name with a lone surrogate never matches.</summary>
    public static bool NameIs(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        (!reader.ValueIsEscaped || !HasLoneSurrogate(reader.ValueSpan)) && reader.ValueTextEquals(name);

    /// <summary>The name or string at the reader.</summary>
    /// <exception cref="JsonException">The text has a lone surrogate.</exception>
    public static string Text(ref Utf8JsonReader reader)
    {
        RequireText(ref reader);
        return reader.GetString()!;
    }

    /// <summary>Verifies that all names and strings of a JSON text can be read.</summary>
    /// <exception cref="JsonException">Invalid JSON, or a text with a lone surrogate.</exception>
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
        if ((reader.ValueIsEscaped && HasLoneSurrogate(reader.ValueSpan)) || !Utf8.IsValid(reader.ValueSpan))
        {
            throw new JsonException(NoText);
        }
    }

    /// <summary>Whether an otherwise valid string has a lone surrogate.</summary>
    private static bool HasLoneSurrogate(ReadOnlySpan<byte> escaped)
    {
        while (escaped.IndexOf((byte)'\\') is >= 0 and var found)
        {
            escaped = escaped[found..];
            if (Unit(escaped) is not { } unit)
            {
                // Skip the escaped character too: it may be a backslash.
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

    /// <summary>The UTF-16 unit of a \u escape at the beginning of a text; null if there is none.</summary>
    private static char? Unit(ReadOnlySpan<byte> text) =>
        text.StartsWith("\\u"u8) && text.Length >= 6 && Utf8Parser.TryParse(text[2..6], out ushort unit, out _, 'x') ? (char)unit : null;
}
