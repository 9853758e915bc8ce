using System.Text.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>Which revisions a remote database does not have (<c>_revs_diff</c>).</summary>
internal static class RevisionsDiff
{
    /// <summary>Asks for the leaves of some changes.</summary>
    public static async Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(
        PeerHttp http, IReadOnlyList<PeerChange> changes, CancellationToken cancellation)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        var body = Body(changes);
        return await http.RunAsync(
            new PeerRequest(HttpMethod.Post, "_revs_diff") { Content = () => PeerHttp.Json(body) },
            async (answer, token) =>
            {
                using var elements = new JsonElements(await answer.OpenAsync(token), null, http.Options.MaxElementBytes);
                var missing = new List<MissingRevisions>();
                while (await elements.ReadAsync(token) is { } element)
                {
                    if (Read(element.Span) is { Revisions.Count: > 0 } found)
                    {
                        missing.Add(found);
                    }
                }

                return (IReadOnlyList<MissingRevisions>)missing;
            },
            cancellation);
    }

    /// <summary>A document may have changed twice among the changes, but an object has one member of a name.</summary>
    private static byte[] Body(IReadOnlyList<PeerChange> changes)
    {
        var documents = new Dictionary<string, IEnumerable<RevisionId>>(changes.Count, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            documents[change.Id] = documents.TryGetValue(change.Id, out var others) ? others.Union(change.Leaves) : change.Leaves;
        }

        using var json = new JsonBuffer();
        json.Writer.WriteStartObject();
        foreach (var (id, revisions) in documents)
        {
            json.Writer.WriteStartArray(id);
            foreach (var revision in revisions)
            {
                json.Writer.WriteStringValue(revision.ToString());
            }

            json.Writer.WriteEndArray();
        }

        json.Writer.WriteEndObject();
        return json.ToArray();
    }

    private static MissingRevisions Read(ReadOnlySpan<byte> member)
    {
        var value = RawJson.SplitMember(member, out var id);
        List<RevisionId> missing = [];
        List<RevisionId> ancestors = [];
        var reader = new Utf8JsonReader(value);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("missing"u8))
            {
                missing = RawJson.ReadRevisions(ref reader);
            }
            else if (reader.ValueTextEquals("possible_ancestors"u8))
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
