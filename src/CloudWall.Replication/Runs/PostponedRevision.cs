using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Checkpoints;

namespace CloudWall.Replication.Runs;

/// <summary>A revision that its source did not send whole, and that is asked for again later.</summary>
/// <param name="Id">The document.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Attempts">How often it was asked for in vain.</param>
internal sealed record PostponedRevision(string Id, RevisionId Revision, int Attempts)
{
    private const string Member = "postponed";

    /// <summary>Reads those that a checkpoint names; what is none is passed over.</summary>
    /// <param name="checkpoint">The checkpoint as JSON; null where there is none.</param>
    public static IReadOnlyList<PostponedRevision> Parse(ReadOnlyMemory<byte>? checkpoint)
    {
        try
        {
            using var document = ForeignJson.Parse(checkpoint ?? "{}"u8.ToArray());
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty(Member, out var list)
                && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(ParseEntry).OfType<PostponedRevision>()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Writes some as a member of a checkpoint, beside those of CouchDB; none where there are none.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<PostponedRevision> postponed)
    {
        if (postponed.Count == 0)
        {
            return;
        }

        json.WriteStartArray(Member);
        foreach (var each in postponed)
        {
            json.WriteStartObject();
            json.WriteString("id", each.Id);
            json.WriteString("rev", each.Revision.ToString());
            json.WriteNumber("attempts", each.Attempts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>All of both, each once.</summary>
    public static IReadOnlyList<PostponedRevision> Union(IEnumerable<PostponedRevision> one, IEnumerable<PostponedRevision> other) =>
        [.. one.Concat(other).DistinctBy(static each => (each.Id, each.Revision))];

    /// <summary>Those of some that are not among others.</summary>
    public static IReadOnlyList<PostponedRevision> Except(IEnumerable<PostponedRevision> some, IEnumerable<PostponedRevision> others) =>
        [.. some.ExceptBy(others.Select(static each => (each.Id, each.Revision)), static each => (each.Id, each.Revision))];

    private static PostponedRevision? ParseEntry(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object
        && Session.Text(entry, "id") is { } id
        && Session.Text(entry, "rev") is { } text
        && RevisionId.TryParse(Encoding.UTF8.GetBytes(text), out var revision)
            ? new PostponedRevision(id, revision, (int)Math.Clamp(Session.Number(entry, "attempts"), 1, int.MaxValue))
            : null;
}
