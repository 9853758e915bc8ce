namespace CloudWall.Documents.Attachments;

/// <summary>The media types that are stored compressed: CouchDB's setting <c>[attachments] compressible_types</c>.</summary>
public sealed class CompressibleTypes
{
    /// <summary>CouchDB's default: <c>text/*, application/javascript, application/json, application/xml</c>.</summary>
    public static readonly CompressibleTypes Default = new("text/*, application/javascript, application/json, application/xml");

    private readonly string[] _types;

    /// <summary>Parses a comma-separated list of types, with <c>*</c> as a wildcard.</summary>
    public CompressibleTypes(string setting)
    {
        Setting = setting;
        _types = setting.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The original list.</summary>
    public string Setting { get; }

    /// <summary>Whether attachments of a content type are compressed. Parameters and case are ignored.</summary>
    public bool Matches(ReadOnlySpan<char> contentType)
    {
        var given = contentType.Trim();

        // CouchDB's wildcard does not match line breaks.
        if (given.ContainsAny('\r', '\n'))
        {
            return false;
        }

        foreach (var type in _types)
        {
            if (Matches(given, type))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<char> given, ReadOnlySpan<char> type)
    {
        var star = type.IndexOf('*');
        if (star < 0)
        {
            return given.StartsWith(type, StringComparison.OrdinalIgnoreCase) && IsEndOrParameters(given[type.Length..]);
        }

        if (!given.StartsWith(type[..star], StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = given[star..];
        var ending = type[(star + 1)..];
        for (var at = 0; at + ending.Length <= rest.Length; at++)
        {
            if (rest[at..].StartsWith(ending, StringComparison.OrdinalIgnoreCase) && IsEndOrParameters(rest[(at + ending.Length)..]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEndOrParameters(ReadOnlySpan<char> rest) => rest.TrimStart() is [] or [';', ..];
}
