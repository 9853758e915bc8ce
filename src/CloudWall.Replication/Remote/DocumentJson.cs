using CloudWall.Documents.Attachments;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;

namespace CloudWall.Replication.Remote;

/// <summary>Writes revisions as the JSON that a database takes with <c>new_edits=false</c>.</summary>
internal static class DocumentJson
{
    /// <summary>Writes a revision: its special members, and then its body as it stands.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="follow">Those of its attachments that come in later parts; the others are stubs.</param>
    /// <param name="unpacked">Whether they come as they were before they were compressed.</param>
    public static void Write(JsonBuffer json, FetchedRevision revision, IReadOnlyList<FetchedAttachment> follow, bool unpacked = false)
    {
        var writer = json.Writer;
        writer.WriteStartObject();
        writer.WriteString("_id", revision.Id);
        writer.WriteString("_rev", revision.Path[0].ToString());
        writer.WriteStartObject("_revisions");
        writer.WriteNumber("start", revision.Path[0].Generation);
        writer.WriteStartArray("ids");
        Span<byte> hash = stackalloc byte[32];
        foreach (var ancestor in revision.Path)
        {
            writer.WriteStringValue(Hash(ancestor, hash));
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        if (revision.Deleted)
        {
            writer.WriteBoolean("_deleted", true);
        }

        if (revision.Attachments.Count > 0)
        {
            WriteAttachments(json, revision, follow, unpacked);
        }

        var members = revision.Body.Span[1..];
        if (members.Length > 1)
        {
            json.Splice(","u8);
        }

        json.Splice(members);
    }

    private static void WriteAttachments(JsonBuffer json, FetchedRevision revision, IReadOnlyList<FetchedAttachment> follow, bool unpacked)
    {
        var writer = json.Writer;
        writer.WriteStartObject("_attachments");
        foreach (var attachment in follow)
        {
            WriteAttachment(json, attachment, follows: true, unpacked);
        }

        foreach (var attachment in revision.Attachments)
        {
            if (!follow.Any(following => following.Name == attachment.Name))
            {
                WriteAttachment(json, attachment, follows: false, unpacked);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteAttachment(JsonBuffer json, FetchedAttachment attachment, bool follows, bool unpacked)
    {
        var writer = json.Writer;
        writer.WriteStartObject(attachment.Name);
        writer.WriteString("content_type", attachment.ContentType);
        writer.WriteNumber("revpos", attachment.RevisionPosition);
        var packed = attachment.Encoding == ContentEncoding.Gzip;
        if (attachment.Digest is { } digest && !(packed && unpacked))
        {
            writer.WriteString("digest", digest);
        }

        if (attachment.Length >= 0)
        {
            writer.WriteNumber("length", attachment.Length);
        }

        writer.WriteBoolean(follows ? "follows" : "stub", true);
        if (packed && !unpacked)
        {
            writer.WriteString("encoding", "gzip");
            writer.WriteNumber("encoded_length", attachment.StoredLength);
        }

        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Hash(RevisionId revision, Span<byte> usual)
    {
        var hash = revision.MaxFormattedLength > usual.Length + 21 ? new byte[revision.MaxFormattedLength] : usual;
        return hash[..revision.FormatHash(hash)];
    }
}
