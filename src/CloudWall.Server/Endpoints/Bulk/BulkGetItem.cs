using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>One document that <c>_bulk_get</c> is asked for, or what is wrong with the question.</summary>
internal sealed class BulkGetItem
{
    /// <summary>The document's id; null where it is not known.</summary>
    public string? Id { get; private set; }

    /// <summary>The revision wanted; null for all leaves.</summary>
    public RevisionId? Revision { get; private set; }

    /// <summary><c>atts_since</c>; null where there is none.</summary>
    public IReadOnlyList<RevisionId>? AttachmentsSince { get; private set; }

    /// <summary>What is wrong with it, or null.</summary>
    public DocumentError? Error { get; private set; }

    /// <summary>The JSON of a revision that is none; null where there is no such.</summary>
    public byte[]? WrongRevision { get; private set; }

    /// <summary>Reads the request.</summary>
    /// <exception cref="DocumentException">400: it is no JSON, no object, or has no list of documents.</exception>
    public static List<BulkGetItem> ReadAll(ReadOnlySpan<byte> json, DocumentLimits limits)
    {
        if (!JsonMember.TryFind(json, "docs"u8, out var docs))
        {
            throw HttpErrors.BadRequest("Missing JSON list of 'docs'.");
        }

        try
        {
            var reader = new Utf8JsonReader(docs, JsonDepth.Reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw HttpErrors.BadRequest("'docs' must be a JSON list.");
            }

            var items = new List<BulkGetItem>();
            foreach (var element in ReadElements(ref reader))
            {
                items.Add(Read(docs[element], limits));
            }

            return items;
        }
        catch (InvalidOperationException)
        {
            // A text that is no UTF-8, or has half of a surrogate pair.
            throw HttpErrors.InvalidJson();
        }
    }

    private static BulkGetItem Read(ReadOnlySpan<byte> json, DocumentLimits limits)
    {
        var item = new BulkGetItem();
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        var any = false;
        var hasId = false;
        ReadOnlySpan<byte> revision = default;
        ReadOnlySpan<byte> since = default;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            any = true;
            var isId = reader.ValueTextEquals("id"u8);
            var isRevision = reader.ValueTextEquals("rev"u8);
            var isSince = reader.ValueTextEquals("atts_since"u8);
            reader.Read();
            if (isId)
            {
                hasId = true;
                item.Id = reader.TokenType == JsonTokenType.String
                    ? reader.GetString()
                    : throw new DocumentException(new DocumentError(400, "illegal_docid", "Document id must be a string"));
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var value = json[start..(int)reader.BytesConsumed];
            revision = isRevision ? value : revision;
            since = isSince ? value : since;
        }

        if (!any)
        {
            item.Error = DocumentError.BadRequest("document must be a JSON object");
        }
        else if (!hasId)
        {
            item.Error = DocumentError.BadRequest("document id missed");
        }
        else
        {
            item.ReadRevisions(revision, since, limits);
        }

        return item;
    }

    private void ReadRevisions(ReadOnlySpan<byte> revision, ReadOnlySpan<byte> since, DocumentLimits limits)
    {
        try
        {
            DocumentParser.ValidateId(Id!, limits);
        }
        catch (DocumentException refused)
        {
            Error = refused.Error;
            return;
        }

        if (!revision.IsEmpty)
        {
            Revision = ReadRevision(revision);
        }

        if (Error is not null || since.IsEmpty)
        {
            return;
        }

        var reader = new Utf8JsonReader(since, JsonDepth.Reader);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            WrongRevision = since.ToArray();
            Error = DocumentError.BadRequest("att_since value must be array of revs.");
            return;
        }

        var revisions = new List<RevisionId>();
        foreach (var element in ReadElements(ref reader))
        {
            if (ReadRevision(since[element]) is not { } known)
            {
                return;
            }

            revisions.Add(known);
        }

        AttachmentsSince = revisions.Count > 0 ? revisions : null;
    }

    private RevisionId? ReadRevision(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            try
            {
                return DocumentQuery.ParseRevision(reader.GetString()!);
            }
            catch (DocumentException)
            {
                // Answered in its row.
            }
        }

        WrongRevision = json.ToArray();
        Error = DocumentError.InvalidRevision;
        return null;
    }

    /// <summary>Notes where the elements of the array are that the reader stands on, and goes to its end.</summary>
    private static List<Range> ReadElements(ref Utf8JsonReader reader)
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
