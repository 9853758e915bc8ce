using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Remote;

/// <summary>Finds the documents in an element of what <c>_bulk_get</c> answers, or of <c>open_revs</c>.</summary>
internal static class BulkGetReader
{
    /// <summary>How many documents one element may have: all leaves below the revision that was asked for.</summary>
    private const int MaxDocuments = 100_000;

    /// <summary>The request's body.</summary>
    public static byte[] Body(IEnumerable<(string Id, IEnumerable<RevisionId> Revisions)> documents)
    {
        using var json = new JsonBuffer();
        json.Raw("{\"docs\":["u8);
        var separator = ""u8;
        foreach (var (id, revisions) in documents)
        {
            foreach (var revision in revisions)
            {
                json.Raw(separator).Raw("{\"id\":"u8).Text(id).Raw(",\"rev\":"u8).Revision(revision).Raw("}"u8);
                separator = ","u8;
            }
        }

        return json.Raw("]}"u8).WrittenSpan.ToArray();
    }

    /// <summary>Reads an element of <c>results</c>: <c>{"id":…,"docs":[…]}</c>.</summary>
    /// <param name="json">The element.</param>
    /// <param name="documents">Takes where the documents are; what is missing or an error is left out.</param>
    /// <returns>The document's id; null where it does not say.</returns>
    public static string? ReadResult(ReadOnlySpan<byte> json, List<Range> documents)
    {
        string? id = null;
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ForeignJson.NameIs(ref reader, "id"u8))
            {
                id = RawJson.ReadText(ref reader);
            }
            else if (ForeignJson.NameIs(ref reader, "docs"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadOk(ref reader, documents);
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return id;
    }

    /// <summary>Reads an element of what <c>open_revs</c> answers: <c>{"ok":{…}}</c> or <c>{"missing":…}</c>.</summary>
    public static void ReadOpened(ReadOnlySpan<byte> json, List<Range> documents)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Reader);
        reader.Read();
        ReadOk(ref reader, documents);
    }

    private static void ReadOk(ref Utf8JsonReader reader, List<Range> documents)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isOk = ForeignJson.NameIs(ref reader, "ok"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (isOk && isObject)
            {
                if (documents.Count == MaxDocuments)
                {
                    throw new InvalidDataException($"The answer has more than {MaxDocuments} documents in the place of one.");
                }

                documents.Add(start..(int)reader.BytesConsumed);
            }
        }
    }
}
