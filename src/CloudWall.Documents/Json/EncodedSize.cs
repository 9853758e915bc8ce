using System.Text.Json;

namespace CloudWall.Documents.Json;

/// <summary>
/// Computes the size that CouchDB compares with <c>max_document_size</c>: an estimate from the values, not the length of the text.
/// </summary>
internal static class EncodedSize
{
    /// <summary>Whether the size of a body exceeds a limit.</summary>
    /// <param name="body">The body in normal form.</param>
    /// <param name="limit">The limit in bytes.</param>
    public static bool Exceeds(ReadOnlySpan<byte> body, long limit)
    {
        // The estimate practically never exceeds the length; some long integers add one byte each.
        if (body.Length <= limit - (body.Length / 16))
        {
            return false;
        }

        return Measure(body) > limit;
    }

    /// <summary>Computes the estimate for a value in normal form.</summary>
    public static long Measure(ReadOnlySpan<byte> body)
    {
        // Brackets, colons and commas count as in the text; only strings and numbers are estimated.
        long size = body.Length;
        var reader = new Utf8JsonReader(body, JsonDepth.Reader);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName or JsonTokenType.String when reader.ValueIsEscaped:
                    size -= reader.ValueSpan.Length - UnescapedLength(reader.ValueSpan);
                    break;
                case JsonTokenType.Number:
                    size -= reader.ValueSpan.Length - NumberSize(ref reader);
                    break;
            }
        }

        return size;
    }

    private static int UnescapedLength(ReadOnlySpan<byte> text)
    {
        var length = 0;
        for (var i = 0; i < text.Length; length++)
        {
            i += text[i] != '\\' ? 1 : text[i + 1] == 'u' ? 6 : 2;
        }

        return length;
    }

    private static int NumberSize(ref Utf8JsonReader reader)
    {
        var text = reader.ValueSpan;
        var sign = text[0] == '-' ? 1 : 0;
        var value = Math.Abs(reader.GetDouble());
        if (!text.ContainsAny(".e"u8))
        {
            return sign + (value < 10000 ? text.Length - sign : (int)Math.Log10(value) + 1);
        }

        return sign + value switch
        {
            0 or 1 => 3,
            <= 1.0e-300 => 3,
            <= 1.0e-100 => 6,
            <= 1.0e-10 => 5,
            <= 0.01 => 4,
            < 1.0e10 => 3,
            < 1.0e100 => 4,
            _ => 5,
        };
    }
}
