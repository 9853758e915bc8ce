using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>Which revisions a remote database does not have (<c>_revs_diff</c>).</summary>
internal static class RevisionsDiff
{
    /// <summary>How many documents more than it was asked for an answer may tell of.</summary>
    private const int MoreElements = 1000;

    /// <summary>How many ancestors that the target has are kept. They only save the sending of attachments.</summary>
    private const long MaxAncestors = 1_000_000;

    /// <summary>Asks for the leaves of some changes.</summary>
    public static async Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        PeerHttp http, IReadOnlyList<PeerChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        var asked = Asked(changes);
        var body = Body(asked);
        return await http.RunAsync(
            new PeerRequest(HttpMethod.Post, "_revs_diff") { Content = () => PeerHttp.Json(body) },
            async (answer, token) =>
            {
                using var elements = new JsonElements(await answer.OpenAsync(token), null, http.Options);
                var missing = new Dictionary<string, MissingRevisions>(StringComparer.Ordinal);
                var ancestors = 0L;
                for (var read = 0; await elements.ReadAsync(token) is { } element; read++)
                {
                    if (read > asked.Count + MoreElements)
                    {
                        throw new InvalidDataException("The answer tells of more documents than it was asked for.");
                    }

                    // What was not asked for is not believed.
                    var found = Read(element.Span, withAncestors: ancestors < MaxAncestors);
                    if (asked.TryGetValue(found.Id, out var revisions))
                    {
                        ancestors += found.PossibleAncestors.Count;
                        missing[found.Id] = found with { Revisions = [.. revisions.Intersect(found.Revisions)] };
                    }
                }

                return (IReadOnlyList<MissingRevisions>)[.. missing.Values.Where(static document => document.Revisions.Count > 0)];
            },
            cancellation);
    }

    /// <summary>A document may have changed twice among the changes, but an object has one member of a name.</summary>
    private static Dictionary<string, IEnumerable<RevisionId>> Asked(IReadOnlyList<PeerChange> changes)
    {
        var documents = new Dictionary<string, IEnumerable<RevisionId>>(changes.Count, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            documents[change.Id] = documents.TryGetValue(change.Id, out var others) ? others.Union(change.Leaves) : change.Leaves;
        }

        return documents;
    }

    private static byte[] Body(Dictionary<string, IEnumerable<RevisionId>> documents)
    {
        using var json = new JsonBuffer();
        json.Raw("{"u8);
        var separator = ""u8;
        foreach (var (id, revisions) in documents)
        {
            json.Raw(separator).Text(id).Raw(":"u8).Revisions(revisions);
            separator = ","u8;
        }

        return json.Raw("}"u8).WrittenSpan.ToArray();
    }

    private static MissingRevisions Read(ReadOnlySpan<byte> member, bool withAncestors)
    {
        var value = RawJson.SplitMember(member, out var id);
        List<RevisionId> missing = [];
        List<RevisionId> ancestors = [];
        var reader = new Utf8JsonReader(value, JsonDepth.Reader);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ForeignJson.NameIs(ref reader, "missing"u8))
            {
                missing = RawJson.ReadRevisions(ref reader);
            }
            else if (withAncestors && ForeignJson.NameIs(ref reader, "possible_ancestors"u8))
            {
                ancestors = RawJson.ReadRevisions(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return new MissingRevisions(id, missing, ancestors);
    }
}
