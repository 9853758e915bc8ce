using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>The body of <c>_bulk_docs</c>, taken apart as far as where each document is.</summary>
/// <param name="Documents">Where the elements of <c>docs</c> are in the body.</param>
/// <param name="NewEdits"><c>new_edits</c>; null where it is neither true nor false.</param>
/// <param name="AllOrNothing"><c>all_or_nothing</c>.</param>
internal readonly record struct BulkRequest(IReadOnlyList<Range> Documents, bool? NewEdits, bool AllOrNothing)
{
    /// <summary>Reads the body.</summary>
    /// <exception cref="DocumentException">400: it is no JSON, no object, or has no list of documents.</exception>
    public static BulkRequest Read(ReadOnlySpan<byte> json)
    {
        List<Range>? documents = null;
        var missing = true;
        bool? newEdits = true;
        var allOrNothing = false;
        try
        {
            var reader = new Utf8JsonReader(json, JsonMember.AnyDepth);
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                if (!isObject || reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (reader.ValueTextEquals("docs"u8))
                {
                    reader.Read();
                    missing = false;
                    documents = reader.TokenType == JsonTokenType.StartArray ? ReadElements(ref reader) : null;
                }
                else if (reader.ValueTextEquals("new_edits"u8))
                {
                    reader.Read();
                    newEdits = reader.TokenType switch
                    {
                        JsonTokenType.True => true,
                        JsonTokenType.False => false,
                        _ => null,
                    };
                }
                else if (reader.ValueTextEquals("all_or_nothing"u8))
                {
                    reader.Read();
                    allOrNothing = reader.TokenType == JsonTokenType.True;
                }

                // At the outermost level a name is skipped with its value, so that only its members are looked at.
                reader.Skip();
            }

            if (!isObject)
            {
                throw HttpErrors.BadRequest("Request body must be a JSON object");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw HttpErrors.InvalidJson();
        }

        if (missing)
        {
            throw HttpErrors.BadRequest("POST body must include `docs` parameter.");
        }

        return documents is null
            ? throw HttpErrors.BadRequest("`docs` parameter must be an array.")
            : new BulkRequest(documents, newEdits, allOrNothing);
    }

    /// <summary>Notes where the elements of the array are that the reader stands on, and goes to its end.</summary>
    public static List<Range> ReadElements(ref Utf8JsonReader reader)
    {
        var elements = new List<Range>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            elements.Add(start..(int)reader.BytesConsumed);
        }

        return elements;
    }
}
