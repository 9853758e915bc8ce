using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;

namespace CloudWall.Server.Endpoints.Bulk;

/// <summary>
/// <c>POST /{db}/_revs_diff</c> and <c>_missing_revs</c> (CouchDB's documentation: "Miscellaneous"): which of a list of
/// revisions the database does not have.
/// </summary>
internal static class RevisionsDifference
{
    /// <summary><c>_revs_diff</c>: what is missing, and from which leaves it may descend.</summary>
    public static async Task Difference(Exchange exchange)
    {
        var asked = await Read(exchange);
        using var stream = exchange.BeginStream();
        var output = stream.Buffer;
        var first = true;
        foreach (var (id, revisions) in asked)
        {
            var (missing, ancestors) = exchange.Database.FindMissing(id, revisions, exchange.Aborted);
            if (missing.Count == 0)
            {
                continue;
            }

            output.Raw(first ? "{"u8 : ","u8).Text(id).Raw(":{\"missing\":"u8);
            first = false;
            WriteRevisions(output, missing);
            if (ancestors.Count > 0)
            {
                output.Raw(",\"possible_ancestors\":"u8);
                WriteRevisions(output, ancestors);
            }

            output.Raw("}"u8);
            await stream.FlushIfFullAsync();
        }

        output.Raw(first ? "{}\n"u8 : "}\n"u8);
        await stream.CompleteAsync();
    }

    /// <summary><c>_missing_revs</c>: what is missing.</summary>
    public static async Task Missing(Exchange exchange)
    {
        var asked = await Read(exchange);
        using var stream = exchange.BeginStream();
        var output = stream.Buffer;
        output.Raw("{\"missing_revs\":{"u8);
        var first = true;
        foreach (var (id, revisions) in asked)
        {
            var (missing, _) = exchange.Database.FindMissing(id, revisions, exchange.Aborted);
            if (missing.Count > 0)
            {
                output.Raw(first ? ""u8 : ","u8).Text(id).Raw(":"u8);
                WriteRevisions(output, missing);
                first = false;
                await stream.FlushIfFullAsync();
            }
        }

        output.Raw("}}\n"u8);
        await stream.CompleteAsync();
    }

    private static void WriteRevisions(JsonBuffer output, IReadOnlyList<RevisionId> revisions)
    {
        output.Raw("["u8);
        for (var i = 0; i < revisions.Count; i++)
        {
            output.Raw(i == 0 ? ""u8 : ","u8);
            DocumentJson.WriteRevision(output, revisions[i]);
        }

        output.Raw("]"u8);
    }

    private static async Task<Dictionary<string, List<RevisionId>>> Read(Exchange exchange)
    {
        exchange.RequireJson();
        using var body = await exchange.ReadJsonAsync();
        return Read(body.Span);
    }

    private static Dictionary<string, List<RevisionId>> Read(ReadOnlySpan<byte> json)
    {
        var asked = new Dictionary<string, List<RevisionId>>(StringComparer.Ordinal);
        DocumentError? wrong = null;
        try
        {
            var reader = new Utf8JsonReader(json, JsonMember.AnyDepth);
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                if (isObject && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var id = reader.GetString()!;
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.StartArray)
                    {
                        asked[id] = ReadRevisions(ref reader, ref wrong);
                    }
                    else
                    {
                        reader.Skip();
                        wrong ??= DocumentError.BadRequest("Invalid list of revisions");
                    }
                }
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

        return wrong is null ? asked : throw new DocumentException(wrong);
    }

    private static List<RevisionId> ReadRevisions(ref Utf8JsonReader reader, ref DocumentError? wrong)
    {
        var revisions = new List<RevisionId>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && TryRead(ref reader, out var revision))
            {
                revisions.Add(revision);
            }
            else
            {
                reader.Skip();
                wrong ??= DocumentError.InvalidRevision;
            }
        }

        return revisions;
    }

    private static bool TryRead(ref Utf8JsonReader reader, out RevisionId revision) =>
        RevisionId.TryParse(
            reader.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan, out revision);
}
