using System.Text;
using System.Text.Json;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Replication.Remote;

/// <summary>Paths and query parameters below a remote database, encoded.</summary>
internal static class RemotePath
{
    /// <summary>A document: the slash after <c>_design</c> and <c>_local</c> stays one, any other is encoded.</summary>
    public static string Document(string id)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["_design/", "_local/"])
        {
            if (id.StartsWith(prefix, StringComparison.Ordinal))
            {
                return prefix + Segment(id[prefix.Length..]);
            }
        }

        return Segment(id);
    }

    /// <summary>An attachment of a document.</summary>
    public static string Attachment(string id, string name) => Document(id) + "/" + Segment(name);

    /// <summary>A sequence, given as JSON: a text goes without its quotes, anything else as it stands.</summary>
    public static string Sequence(string json)
    {
        if (!json.StartsWith('"'))
        {
            return Uri.EscapeDataString(json);
        }

        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), JsonDepth.Reader);
        reader.Read();
        return Uri.EscapeDataString(ForeignJson.Text(ref reader));
    }

    /// <summary>A list of revisions as a JSON array.</summary>
    public static string Revisions(IReadOnlyList<RevisionId> revisions) =>
        Uri.EscapeDataString("[" + string.Join(",", revisions.Select(revision => Peers.Peer.Quote(revision.ToString()))) + "]");

    /// <summary>Dots alone would be taken for the way up.</summary>
    private static string Segment(string text) => text switch
    {
        "." => "%2E",
        ".." => "%2E%2E",
        _ => Uri.EscapeDataString(text),
    };
}
