using System.Text;

namespace CloudWall.Server.Tests.Golden;

/// <summary>One part of a multipart body: its headers with lower-case names, and its bytes.</summary>
internal sealed record BodyPart(IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>Splits a multipart body (RFC 2046) at its boundary.</summary>
internal static class MultipartBody
{
    /// <summary>The parts, or null when the body is not multipart, has no such boundary, or does not end with one.</summary>
    public static IReadOnlyList<BodyPart>? Split(ReadOnlyMemory<byte> body, string contentType)
    {
        var boundary = Boundary(contentType);
        if (boundary is null)
        {
            return null;
        }

        var opening = Encoding.Latin1.GetBytes("--" + boundary);
        var delimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);
        var start = body.Span.IndexOf(opening);
        if (start < 0)
        {
            return null;
        }

        var parts = new List<BodyPart>();
        var rest = body[(start + opening.Length)..];
        while (!rest.Span.StartsWith("--"u8))
        {
            var line = rest.Span.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return null;
            }

            // The line end before the next delimiter may be the one that ends this delimiter: an empty part.
            rest = rest[line..];
            var end = rest.Span.IndexOf(delimiter);
            if (end < 0)
            {
                return null;
            }

            parts.Add(ReadPart(end == 0 ? ReadOnlyMemory<byte>.Empty : rest[2..end]));
            rest = rest[(end + delimiter.Length)..];
        }

        return parts;
    }

    private static BodyPart ReadPart(ReadOnlyMemory<byte> part)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            var end = part.Span.IndexOf("\r\n"u8);
            var line = Encoding.Latin1.GetString(part.Span[..(end < 0 ? part.Length : end)]);
            part = end < 0 ? ReadOnlyMemory<byte>.Empty : part[(end + 2)..];
            if (line.Length == 0 || end < 0)
            {
                return new BodyPart(headers, part);
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..Math.Max(0, colon)].Trim().ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }
    }

    private static string? Boundary(string contentType)
    {
        if (!contentType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        const string Name = "boundary=";
        var parameter = contentType.Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(each => each.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return parameter?[Name.Length..].Trim('"');
    }
}
