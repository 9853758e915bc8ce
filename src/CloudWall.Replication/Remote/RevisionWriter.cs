using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Rendering;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>Writes revisions as the JSON that a database takes with <c>new_edits=false</c>.</summary>
internal static class RevisionWriter
{
    /// <summary>Writes a revision.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="follow">Those of its attachments that come in later parts, in this order; the others are stubs.</param>
    /// <param name="unpacked">Whether they come as they were before they were compressed.</param>
    public static void Write(JsonBuffer json, FetchedRevision revision, IReadOnlyList<FetchedAttachment> follow, bool unpacked = false)
    {
        MemberWriter.WriteId(json, revision.Id);
        MemberWriter.WriteBody(json, revision.Path[0], revision.Deleted, revision.Body.Span);
        MemberWriter.WriteRevisions(json, revision.Path);
        var first = true;
        foreach (var attachment in follow)
        {
            WriteAttachment(json, first, attachment, follows: true, unpacked);
            first = false;
        }

        foreach (var attachment in revision.Attachments)
        {
            if (!follow.Any(following => following.Name == attachment.Name))
            {
                WriteAttachment(json, first, attachment, follows: false, unpacked);
                first = false;
            }
        }

        json.Raw(first ? "}"u8 : "}}"u8);
    }

    private static void WriteAttachment(JsonBuffer json, bool first, FetchedAttachment attachment, bool follows, bool unpacked)
    {
        var isGzip = attachment.Encoding == ContentEncoding.Gzip;
        MemberWriter.WriteAttachment(
            json,
            first,
            attachment.Name,
            attachment.ContentType,
            attachment.RevisionPosition,
            isGzip && unpacked ? null : attachment.Digest,
            attachment.Length,
            follows,
            isGzip && !unpacked ? attachment.StoredLength : null);
    }
}
