using System.Buffers.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>
/// Writes the members of a document one by one; all writers of documents use it. The order is <c>_id</c>, <c>_rev</c>, the body's members,
/// <c>_deleted</c>, <c>_revisions</c>, <c>_revs_info</c>, <c>_conflicts</c>, <c>_deleted_conflicts</c>, <c>_local_seq</c>,
/// <c>_attachments</c>. The caller closes the document, and <c>_attachments</c> if any were written.
/// </summary>
public static class MemberWriter
{
    /// <summary>Opens the document and writes <c>_id</c>.</summary>
    /// <param name="output">The output.</param>
    /// <param name="id">The id as UTF-8.</param>
    public static void WriteId(JsonBuffer output, ReadOnlySpan<byte> id) => output.Raw("{\"_id\":"u8).Utf8Text(id);

    /// <summary>Opens the document and writes <c>_id</c>.</summary>
    public static void WriteId(JsonBuffer output, string id) => output.Raw("{\"_id\":"u8).Text(id);

    /// <summary>Writes <c>_rev</c>, the body's members, and <c>_deleted</c>.</summary>
    /// <param name="output">The output.</param>
    /// <param name="revision">The revision; null omits <c>_rev</c>.</param>
    /// <param name="deleted">Whether it is a deletion.</param>
    /// <param name="body">The body: an object in normal form.</param>
    public static void WriteBody(JsonBuffer output, RevisionId? revision, bool deleted, ReadOnlySpan<byte> body)
    {
        if (revision is { } known)
        {
            output.Raw(",\"_rev\":"u8).Revision(known);
        }

        if (body.Length > 2)
        {
            output.Raw(","u8).Raw(body[1..^1]);
        }

        if (deleted)
        {
            output.Raw(",\"_deleted\":true"u8);
        }
    }

    /// <summary>Writes <c>_revisions</c>.</summary>
    /// <param name="output">The output.</param>
    /// <param name="path">The revision and its ancestors, newest first. If empty, nothing is written.</param>
    public static void WriteRevisions(JsonBuffer output, IReadOnlyList<RevisionNode> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            WriteAncestor(output, i == 0, path[i].Revision);
        }

        output.Raw(path.Count > 0 ? "]}"u8 : default);
    }

    /// <summary>Writes <c>_revisions</c>.</summary>
    /// <param name="output">The output.</param>
    /// <param name="path">The revision and its ancestors, newest first. If empty, nothing is written.</param>
    public static void WriteRevisions(JsonBuffer output, IReadOnlyList<RevisionId> path)
    {
        for (var i = 0; i < path.Count; i++)
        {
            WriteAncestor(output, i == 0, path[i]);
        }

        output.Raw(path.Count > 0 ? "]}"u8 : default);
    }

    /// <summary>Writes <c>_conflicts</c> unless it is empty.</summary>
    /// <param name="output">The output.</param>
    /// <param name="leaves">All leaves of the document.</param>
    /// <param name="except">The revision that is written.</param>
    public static void WriteConflicts(JsonBuffer output, ReadOnlySpan<RevisionLeaf> leaves, RevisionId except) =>
        WriteLeaves(output, ",\"_conflicts\":["u8, leaves, except, deleted: false);

    /// <summary>Writes <c>_deleted_conflicts</c> unless it is empty.</summary>
    /// <param name="output">The output.</param>
    /// <param name="leaves">All leaves of the document.</param>
    /// <param name="except">The revision that is written.</param>
    public static void WriteDeletedConflicts(JsonBuffer output, ReadOnlySpan<RevisionLeaf> leaves, RevisionId except) =>
        WriteLeaves(output, ",\"_deleted_conflicts\":["u8, leaves, except, deleted: true);

    /// <summary>Writes <c>_local_seq</c>.</summary>
    public static void WriteLocalSequence(JsonBuffer output, long sequence) => output.Raw(",\"_local_seq\":"u8).Number(sequence);

    /// <summary>Writes a stored attachment without its data.</summary>
    /// <param name="output">The output.</param>
    /// <param name="first">Whether it is the first, which opens <c>_attachments</c>.</param>
    /// <param name="attachment">The attachment.</param>
    /// <param name="follows">Whether its bytes follow in a later part; otherwise it is a stub.</param>
    /// <param name="withEncoding">Whether to add the stored encoding.</param>
    public static void WriteAttachment(JsonBuffer output, bool first, AttachmentInfo attachment, bool follows, bool withEncoding)
    {
        WriteStart(output, first, attachment.Name, attachment.ContentType, attachment.RevisionPosition);
        WriteDigest(output, attachment);
        WriteLength(output, attachment.Length, follows);
        WriteEnd(output, attachment, withEncoding);
    }

    /// <summary>Writes an attachment of a revision of a peer, without its data.</summary>
    /// <param name="output">The output.</param>
    /// <param name="first">Whether it is the first, which opens <c>_attachments</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="revisionPosition">Its <c>revpos</c>.</param>
    /// <param name="digest">Its digest, if known.</param>
    /// <param name="length">Its length in bytes; negative if unknown.</param>
    /// <param name="follows">Whether its bytes follow in a later part; otherwise it is a stub.</param>
    /// <param name="packedLength">Its length as gzip; null if it is not compressed.</param>
    public static void WriteAttachment(
        JsonBuffer output,
        bool first,
        string name,
        string contentType,
        long revisionPosition,
        string? digest,
        long length,
        bool follows,
        long? packedLength)
    {
        WriteStart(output, first, name, contentType, revisionPosition);
        if (digest is not null)
        {
            output.Raw(",\"digest\":"u8).Text(digest);
        }

        WriteLength(output, length, follows);
        WriteEnd(output, packedLength);
    }

    /// <summary>Begins an attachment with data. The caller then writes the bytes in base64.</summary>
    /// <param name="output">The output.</param>
    /// <param name="first">Whether it is the first, which opens <c>_attachments</c>.</param>
    /// <param name="attachment">The attachment.</param>
    public static void BeginData(JsonBuffer output, bool first, AttachmentInfo attachment)
    {
        WriteStart(output, first, attachment.Name, attachment.ContentType, attachment.RevisionPosition);
        WriteDigest(output, attachment);
        output.Raw(",\"data\":\""u8);
    }

    /// <summary>Ends an attachment that <see cref="BeginData"/> began.</summary>
    public static void EndData(JsonBuffer output, AttachmentInfo attachment, bool withEncoding)
    {
        output.Raw("\""u8);
        WriteEnd(output, attachment, withEncoding);
    }

    private static void WriteAncestor(JsonBuffer output, bool first, RevisionId revision)
    {
        if (first)
        {
            output.Raw(",\"_revisions\":{\"start\":"u8).Number(revision.Generation).Raw(",\"ids\":["u8);
        }
        else
        {
            output.Raw(","u8);
        }

        if (revision.HashLength == 16)
        {
            output.Raw("\""u8);
            output.Advance(revision.FormatHash(output.GetSpan(revision.MaxFormattedLength)));
            output.Raw("\""u8);
            return;
        }

        var text = new byte[revision.MaxFormattedLength];
        output.Utf8Text(text.AsSpan(0, revision.FormatHash(text)));
    }

    private static void WriteLeaves(
        JsonBuffer output, ReadOnlySpan<byte> start, ReadOnlySpan<RevisionLeaf> leaves, RevisionId except, bool deleted)
    {
        var any = false;
        foreach (ref readonly var leaf in leaves)
        {
            if (leaf.IsDeleted == deleted && leaf.Revision != except)
            {
                output.Raw(any ? ","u8 : start).Revision(leaf.Revision);
                any = true;
            }
        }

        output.Raw(any ? "]"u8 : default);
    }

    private static void WriteStart(JsonBuffer output, bool first, string name, string contentType, long revisionPosition) =>
        output.Raw(first ? ",\"_attachments\":{"u8 : ","u8).Text(name).Raw(":{\"content_type\":"u8).Text(contentType)
            .Raw(",\"revpos\":"u8).Number(revisionPosition);

    private static void WriteDigest(JsonBuffer output, AttachmentInfo attachment)
    {
        output.Raw(",\"digest\":\"md5-"u8);
        Base64.EncodeToUtf8(attachment.Md5.Span, output.GetSpan(24), out _, out var written);
        output.Advance(written);
        output.Raw("\""u8);
    }

    private static void WriteLength(JsonBuffer output, long length, bool follows)
    {
        if (length >= 0)
        {
            output.Raw(",\"length\":"u8).Number(length);
        }

        output.Raw(follows ? ",\"follows\":true"u8 : ",\"stub\":true"u8);
    }

    private static void WriteEnd(JsonBuffer output, AttachmentInfo attachment, bool withEncoding) =>
        WriteEnd(output, withEncoding && attachment.Encoding == ContentEncoding.Gzip ? attachment.StoredLength : null);

    private static void WriteEnd(JsonBuffer output, long? packedLength)
    {
        if (packedLength is { } packed)
        {
            output.Raw(",\"encoding\":\"gzip\",\"encoded_length\":"u8).Number(packed);
        }

        output.Raw("}"u8);
    }
}
