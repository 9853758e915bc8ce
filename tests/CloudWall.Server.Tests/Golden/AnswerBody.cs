using System.IO.Compression;
using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>Reads an answer's body in the form in which the expected one was recorded.</summary>
internal static class AnswerBody
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body as a value; null, with the problem, when it has not that form.</summary>
    public static Literal? Read(BodyKind kind, HttpAnswer answer, out string problem)
    {
        problem = "";
        var body = answer.Body;
        if (answer.Headers.GetValueOrDefault("content-encoding") == "gzip" && body.Length > 0)
        {
            if (Unzip(body) is not { } unpacked)
            {
                problem = "content-encoding says gzip, but the body is not";
                return null;
            }

            body = unpacked;
        }

        var contentType = answer.Headers.GetValueOrDefault("content-type", "");
        switch (kind)
        {
            case BodyKind.Base64:
                return new LiteralString(Convert.ToBase64String(body));
            case BodyKind.Parts:
                if (ReadParts(body, contentType) is { } parts)
                {
                    return parts;
                }

                problem = "not a multipart body: " + Difference.Clip(Encoding.Latin1.GetString(body));
                return null;
        }

        if (Text(body) is not { } text)
        {
            problem = "not UTF-8: " + Difference.Clip(Encoding.Latin1.GetString(body));
            return null;
        }

        switch (kind)
        {
            case BodyKind.Text:
                return new LiteralString(text);
            case BodyKind.Lines:
                return ReadLines(text);
            default:
                var json = LiteralJson.TryParse(text, out problem);
                problem = json is null ? $"not JSON ({problem}): {Difference.Clip(text)}" : "";
                return json;
        }
    }

    /// <summary>The lines of a feed that are not blank: JSON where they are, and the fields of an eventsource as objects.</summary>
    public static LiteralArray ReadLines(string text) => new(
    [
        .. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => !string.IsNullOrWhiteSpace(line)).Select(ReadLine),
    ]);

    private static Literal ReadLine(string line)
    {
        foreach (var field in (ReadOnlySpan<string>)["data", "id", "event"])
        {
            if (line.StartsWith(field + ":", StringComparison.Ordinal))
            {
                var value = line[(field.Length + 1)..];
                value = value.StartsWith(' ') ? value[1..] : value;
                return new LiteralObject([new(field, field == "event" ? new LiteralString(value) : JsonOrText(value))]);
            }
        }

        return JsonOrText(line);
    }

    private static Literal JsonOrText(string text) => LiteralJson.TryParse(text, out _) ?? new LiteralString(text);

    private static LiteralArray? ReadParts(ReadOnlyMemory<byte> body, string contentType) =>
        MultipartBody.Split(body, contentType) is { } parts ? new LiteralArray([.. parts.Select(ReadPart)]) : null;

    private static LiteralObject ReadPart(BodyPart part)
    {
        var contentType = part.Headers.GetValueOrDefault("content-type", "");
        if (contentType.StartsWith("multipart/", StringComparison.Ordinal) && ReadParts(part.Body, contentType) is { } inner)
        {
            return Part(part.Headers, "parts", inner);
        }

        if (contentType.StartsWith("application/json", StringComparison.Ordinal)
            && Text(part.Body.Span) is { } text
            && LiteralJson.TryParse(text, out _) is { } json)
        {
            return Part(part.Headers, "body", json);
        }

        var headers = part.Headers;
        var body = part.Body.ToArray();
        if (headers.GetValueOrDefault("content-encoding") == "gzip" && Unzip(body) is { } unpacked)
        {
            body = unpacked;
            headers = headers.Where(header => header.Key != "content-length").ToDictionary();
        }

        return Text(body) is { } plain
            ? Part(headers, "bodyText", new LiteralString(plain))
            : Part(headers, "bodyBase64", new LiteralString(Convert.ToBase64String(body)));
    }

    private static LiteralObject Part(IReadOnlyDictionary<string, string> headers, string kind, Literal body) => new(
    [
        new("headers", new LiteralObject([.. headers.Select(
            header => KeyValuePair.Create(header.Key, (Literal)new LiteralString(HeaderRules.Even(header.Key, header.Value)!)))])),
        new(kind, body),
    ]);

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[]? Unzip(byte[] bytes)
    {
        try
        {
            using var unpacked = new MemoryStream();
            using (var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress))
            {
                gzip.CopyTo(unpacked);
            }

            return unpacked.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
