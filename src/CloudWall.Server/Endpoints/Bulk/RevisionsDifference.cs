using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Documents;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
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
        var (asked, beyond) = await Read(exchange);
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
            WriteRevisions(output, missing, beyond);
            if (ancestors.Count > 0)
            {
                output.Raw(",\"possible_ancestors\":"u8);
                WriteRevisions(output, ancestors, beyond);
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
        var (asked, beyond) = await Read(exchange);
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
                WriteRevisions(output, missing, beyond);
                first = false;
                await stream.FlushIfFullAsync();
            }
        }

        output.Raw("}}\n"u8);
        await stream.CompleteAsync();
    }

    private static void WriteRevisions(JsonBuffer output, IReadOnlyList<RevisionId> revisions, Dictionary<RevisionId, string>? beyond)
    {
        output.Raw("["u8);
        for (var i = 0; i < revisions.Count; i++)
        {
            output.Raw(i == 0 ? ""u8 : ","u8);
            if (beyond is not null && beyond.TryGetValue(revisions[i], out var text))
            {
                output.Text(text);
            }
            else
            {
                output.Revision(revisions[i]);
            }
        }

        output.Raw("]"u8);
    }

    /// <summary>What is asked about, and the texts of revisions that are beyond all generations of this node, by their stand-ins.</summary>
    private static async Task<(Dictionary<string, List<RevisionId>> Asked, Dictionary<RevisionId, string>? Beyond)> Read(Exchange exchange)
    {
        exchange.RequireJson();
        using var body = await exchange.ReadJsonAsync();
        Dictionary<RevisionId, string>? beyond = null;
        return (Read(body.Span, ref beyond), beyond);
    }

    private static Dictionary<string, List<RevisionId>> Read(ReadOnlySpan<byte> json, ref Dictionary<RevisionId, string>? beyond)
    {
        var asked = new Dictionary<string, List<RevisionId>>(StringComparer.Ordinal);
        DocumentError? wrong = null;
        try
        {
            var reader = new Utf8JsonReader(json, JsonDepth.Reader);
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                if (isObject && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var id = reader.GetString()!;
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.StartArray)
                    {
                        asked[id] = ReadRevisions(ref reader, ref beyond, ref wrong);
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

    private static List<RevisionId> ReadRevisions(
        ref Utf8JsonReader reader, ref Dictionary<RevisionId, string>? beyond, ref DocumentError? wrong)
    {
        var revisions = new List<RevisionId>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String && TryRead(ref reader, ref beyond, out var revision))
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

    private static bool TryRead(ref Utf8JsonReader reader, ref Dictionary<RevisionId, string>? beyond, out RevisionId revision)
    {
        var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        if (RevisionId.TryParse(text, out revision))
        {
            return true;
        }

        if (!IsBeyond(text))
        {
            return false;
        }

        // It is in no tree, and all leaves come before it. Its whole text keeps it apart from others.
        revision = RevisionId.FromHashBytes(long.MaxValue, text);
        beyond ??= [];
        beyond[revision] = Encoding.UTF8.GetString(text);
        return true;
    }

    /// <summary>Whether a text is a revision whose generation has no end in CouchDB, and is too large to be stored here.</summary>
    private static bool IsBeyond(ReadOnlySpan<byte> text)
    {
        var dash = text.IndexOf((byte)'-');
        return dash > 0
            && !text[..dash].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && !long.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && RevisionId.TryParseHash(long.MaxValue, text[(dash + 1)..], out _);
    }
}
