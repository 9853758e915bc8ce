using System.Globalization;

namespace CloudWall.Server.Http.Negotiation;

/// <summary>A list of names with quality values, as in <c>Accept</c> and <c>Accept-Encoding</c> (RFC 9110, section 12.4.2).</summary>
internal static class QualityValues
{
    /// <summary>Whether a client takes a media type. No header means that it takes any.</summary>
    /// <param name="accept">The header, or null.</param>
    /// <param name="mediaType">The media type in small letters, such as <c>multipart/mixed</c>.</param>
    public static bool AcceptsMediaType(string? accept, ReadOnlySpan<char> mediaType)
    {
        if (accept is null)
        {
            return true;
        }

        var anySubtype = mediaType[..(mediaType.IndexOf('/') + 1)];
        var accepted = false;
        foreach (var range in accept.AsSpan().Split(','))
        {
            var (name, quality) = Parse(accept.AsSpan()[range]);
            var fits = name.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
                || (name.Length == anySubtype.Length + 1 && name[^1] == '*' && name.StartsWith(anySubtype, StringComparison.OrdinalIgnoreCase));
            if (fits && quality == 0)
            {
                return false;
            }

            accepted |= quality > 0 && (fits || name.SequenceEqual("*/*"));
        }

        return accepted;
    }

    /// <summary>Whether a client takes compressed content. It does not where there is no header.</summary>
    /// <param name="acceptEncoding">The header, or null.</param>
    public static bool AcceptsGzip(string? acceptEncoding) => QualityOf(acceptEncoding, "gzip") > 0;

    /// <summary>Whether a client takes content as it is. It does unless the header says otherwise.</summary>
    /// <param name="acceptEncoding">The header, or null.</param>
    public static bool AcceptsIdentity(string? acceptEncoding) => QualityOf(acceptEncoding, "identity") != 0;

    /// <summary>The quality that a header gives a name, or else <c>*</c>; null where it has neither.</summary>
    private static double? QualityOf(string? header, ReadOnlySpan<char> encoding)
    {
        double? any = null;
        foreach (var range in header.AsSpan().Split(','))
        {
            var (name, quality) = Parse(header.AsSpan()[range]);
            if (name.Equals(encoding, StringComparison.OrdinalIgnoreCase))
            {
                return quality;
            }

            if (name.SequenceEqual("*"))
            {
                any = quality;
            }
        }

        return any;
    }

    private static Entry Parse(ReadOnlySpan<char> entry)
    {
        var quality = 1.0;
        var name = entry;
        var first = true;
        foreach (var range in entry.Split(';'))
        {
            var part = entry[range].Trim();
            if (first)
            {
                name = part;
                first = false;
            }
            else if (part.IndexOf('=') is var equals and > 0
                && part[..equals].TrimEnd().Equals("q", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(part[(equals + 1)..].TrimStart(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                quality = value;
            }
        }

        return new Entry(name, quality);
    }

    private readonly ref struct Entry(ReadOnlySpan<char> name, double quality)
    {
        private readonly ReadOnlySpan<char> _name = name;

        public void Deconstruct(out ReadOnlySpan<char> name, out double value)
        {
            name = _name;
            value = quality;
        }
    }
}
