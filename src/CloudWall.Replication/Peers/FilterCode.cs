using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;

namespace CloudWall.Replication.Peers;

/// <summary>Finds the code of a filter in its design document, and says what is wrong as CouchDB does.</summary>
internal static class FilterCode
{
    /// <summary>Finds it.</summary>
    /// <param name="design">The design document as JSON; null where there is none.</param>
    /// <param name="filter">The filter, <c>design/name</c>.</param>
    /// <param name="source">The source's name.</param>
    /// <exception cref="PeerException">There is none (404).</exception>
    public static string Find(ReadOnlyMemory<byte>? design, string filter, string source)
    {
        var parts = filter.Split('/', 2);
        if (design is not { } json)
        {
            throw NotFound($"Couldn't open document `_design/{parts[0]}` from source database `{source}`: {{error,<<\"not_found\">>}}");
        }

        return Code(json.Span, parts[^1], out var missing) ?? throw NotFound(
            $"Couldn't parse filter code from document {parts[0]} on `{source}`  Error: {{not_found,<<\"missing json key: {missing}\">>}}");
    }

    private static string? Code(ReadOnlySpan<byte> design, string name, out string missing)
    {
        string? code = null;
        missing = "filters";
        var wanted = Encoding.UTF8.GetBytes(name);
        var reader = new Utf8JsonReader(design, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFilters = ForeignJson.NameIs(ref reader, "filters"u8);
            reader.Read();
            if (!isFilters || reader.TokenType != JsonTokenType.StartObject)
            {
                code = isFilters ? null : code;
                reader.Skip();
                continue;
            }

            code = null;
            missing = name;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isCode = ForeignJson.NameIs(ref reader, wanted);
                reader.Read();
                code = !isCode ? code : reader.TokenType == JsonTokenType.String ? ForeignJson.Text(ref reader) : null;
                reader.Skip();
            }
        }

        return code;
    }

    private static PeerException NotFound(string reason) => new(new DocumentError(404, "not_found", reason), isTransient: false);
}
