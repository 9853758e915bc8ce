using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Server.Http;
using CloudWall.Server.Json;

namespace CloudWall.Server.Endpoints.Documents;

/// <summary>
/// Writes documents as CouchDB shows them, members in its order. The stored body is spliced in as it lies; nothing is parsed.
/// </summary>
internal static class DocumentJson
{
    /// <summary>Up to this many revisions are looked through one by one.</summary>
    private const int FewRevisions = 8;

    /// <summary>
    /// Writes a document with attachments as stubs, or with <see cref="DocumentMembers.AttachmentsFollow"/>. To have their bytes
    /// in the JSON use <see cref="WriteWithDataAsync"/>.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="database">The document's database.</param>
    /// <param name="record">The document.</param>
    /// <param name="revision">Which revision of it.</param>
    /// <param name="stored">That revision's body.</param>
    /// <param name="options">What is shown.</param>
    public static void Write(
        JsonBuffer output,
        Database database,
        DocumentRecord record,
        RevisionId revision,
        StoredRevision stored,
        in DocumentJsonOptions options)
    {
        WriteMembers(output, database, record, revision, stored, options);
        if (stored.Attachments.Count > 0)
        {
            var since = AttachmentsBase(database, record, revision, options);
            output.Raw(",\"_attachments\":{"u8);
            for (var i = 0; i < stored.Attachments.Count; i++)
            {
                var attachment = stored.Attachments[i];
                WriteAttachmentStart(output, attachment, first: i == 0);
                WriteAttachmentEnd(output, attachment, options, follows: options.Any(DocumentMembers.AttachmentsFollow) && attachment.RevisionPosition > since);
            }

            output.Raw("}"u8);
        }

        output.Raw("}"u8);
    }

    /// <summary>Writes the row of a listing: the winner of a document, attachments as stubs.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The document's id as UTF-8.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="deleted">Whether it is a deletion.</param>
    /// <param name="stored">Its body.</param>
    public static void WriteRow(JsonBuffer output, ReadOnlySpan<byte> id, RevisionId revision, bool deleted, StoredRevision stored)
    {
        output.Raw("{\"_id\":"u8).Utf8Text(id);
        WriteBody(output, revision, deleted, stored.Body.Span);
        if (stored.Attachments.Count > 0)
        {
            output.Raw(",\"_attachments\":{"u8);
            for (var i = 0; i < stored.Attachments.Count; i++)
            {
                WriteAttachmentStart(output, stored.Attachments[i], first: i == 0);
                WriteAttachmentEnd(output, stored.Attachments[i], default, follows: false);
            }

            output.Raw("}"u8);
        }

        output.Raw("}"u8);
    }

    /// <summary>
    /// Writes a document with its attachments' bytes in the JSON (those after <see cref="DocumentJsonOptions.AttachmentsSince"/>),
    /// piece by piece, so that an answer can be sent as it goes.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="database">The document's database.</param>
    /// <param name="record">The document.</param>
    /// <param name="revision">Which revision of it.</param>
    /// <param name="stored">That revision's body.</param>
    /// <param name="options">What is shown.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static async ValueTask WriteWithDataAsync(
        IJsonOutput output,
        Database database,
        DocumentRecord record,
        RevisionId revision,
        StoredRevision stored,
        DocumentJsonOptions options,
        CancellationToken cancellation)
    {
        var buffer = output.Buffer;
        WriteMembers(buffer, database, record, revision, stored, options);
        if (stored.Attachments.Count > 0)
        {
            var since = AttachmentsBase(database, record, revision, options);
            buffer.Raw(",\"_attachments\":{"u8);
            for (var i = 0; i < stored.Attachments.Count; i++)
            {
                var attachment = stored.Attachments[i];
                WriteAttachmentStart(buffer, attachment, first: i == 0);
                if (attachment.RevisionPosition > since)
                {
                    buffer.Raw(",\"data\":\""u8);
                    await AttachmentData.WriteBase64Async(output, database, attachment, cancellation);
                    buffer.Raw("\""u8);
                    WriteEncoding(buffer, attachment, options);
                }
                else
                {
                    WriteAttachmentEnd(buffer, attachment, options, follows: false);
                }
            }

            buffer.Raw("}"u8);
        }

        buffer.Raw("}"u8);
    }

    /// <summary>
    /// The generation up to which attachments are known to a client: that of the nearest revision of the history that it has.
    /// -1 where it did not say what it has: a replicated attachment may have the position 0.
    /// </summary>
    public static long AttachmentsBase(Database database, DocumentRecord record, RevisionId revision, in DocumentJsonOptions options)
    {
        if (options.AttachmentsSince is not { } since)
        {
            return -1;
        }

        var many = since.Count > FewRevisions ? new HashSet<RevisionId>(since) : null;
        foreach (var node in since.Count == 0 ? [] : History.Of(database, record, revision))
        {
            if (node.Revision != revision && (node.Flags & RevisionFlags.Deleted) != 0)
            {
                // What was made anew after a deletion has nothing of what was before, though its attachments' positions begin at 1 again.
                return -1;
            }

            if (many?.Contains(node.Revision) ?? since.Contains(node.Revision))
            {
                return node.Revision.Generation;
            }
        }

        return 0;
    }

    /// <summary>Writes an attachment as a stub under its name.</summary>
    public static void WriteStub(JsonBuffer output, AttachmentInfo attachment)
    {
        WriteAttachmentStart(output, attachment, first: true);
        WriteAttachmentEnd(output, attachment, default, follows: false);
    }

    /// <summary>Writes a revision in quotes.</summary>
    public static void WriteRevision(JsonBuffer output, RevisionId revision) => output.Revision(revision);

    /// <summary>Writes <c>_rev</c>, the body's members and <c>_deleted</c> after <c>{"_id":…</c>.</summary>
    public static void WriteBody(JsonBuffer output, RevisionId revision, bool deleted, ReadOnlySpan<byte> body)
    {
        output.Raw(",\"_rev\":"u8);
        WriteRevision(output, revision);
        if (body.Length > 2)
        {
            output.Raw(","u8).Raw(body[1..^1]);
        }

        if (deleted)
        {
            output.Raw(",\"_deleted\":true"u8);
        }
    }

    /// <summary>Writes <c>,"_revisions":…</c>.</summary>
    public static void WriteRevisions(JsonBuffer output, IReadOnlyList<RevisionNode> path)
    {
        if (path.Count == 0)
        {
            return;
        }

        output.Raw(",\"_revisions\":{\"start\":"u8).Number(path[0].Revision.Generation).Raw(",\"ids\":["u8);
        for (var i = 0; i < path.Count; i++)
        {
            output.Raw(i == 0 ? ""u8 : ","u8);
            WriteHash(output, path[i].Revision);
        }

        output.Raw("]}"u8);
    }

    private static void WriteMembers(
        JsonBuffer output,
        Database database,
        DocumentRecord record,
        RevisionId revision,
        StoredRevision stored,
        in DocumentJsonOptions options)
    {
        output.Raw("{\"_id\":"u8).Text(record.Id);
        WriteBody(output, revision, History.IsDeleted(database, record, revision), stored.Body.Span);
        if (options.Any(DocumentMembers.Revisions))
        {
            WriteRevisions(output, History.Of(database, record, revision));
        }

        if (options.Any(DocumentMembers.Meta))
        {
            WriteMeta(output, database, record, revision, options);
        }
    }

    private static void WriteMeta(
        JsonBuffer output, Database database, DocumentRecord record, RevisionId revision, in DocumentJsonOptions options)
    {
        if (options.Any(DocumentMembers.RevisionsInfo))
        {
            output.Raw(",\"_revs_info\":["u8);
            var separator = ""u8;
            foreach (var node in History.WholeOf(database, record, revision))
            {
                output.Raw(separator).Raw("{\"rev\":"u8);
                WriteRevision(output, node.Revision);
                output.Raw(",\"status\":\""u8);
                output.Raw(
                    !node.IsStored || !database.IsAvailable(record.Id, node.Revision) ? "missing\"}"u8
                    : node.IsDeleted ? "deleted\"}"u8
                    : "available\"}"u8);
                separator = ","u8;
            }

            output.Raw("]"u8);
        }

        if (options.Any(DocumentMembers.Conflicts))
        {
            WriteLeaves(output, ",\"_conflicts\":["u8, record, revision, deleted: false);
        }

        if (options.Any(DocumentMembers.DeletedConflicts))
        {
            WriteLeaves(output, ",\"_deleted_conflicts\":["u8, record, revision, deleted: true);
        }

        if (options.Any(DocumentMembers.LocalSequence))
        {
            output.Raw(",\"_local_seq\":"u8).Number(record.Sequence);
        }
    }

    private static void WriteLeaves(JsonBuffer output, ReadOnlySpan<byte> start, DocumentRecord record, RevisionId except, bool deleted)
    {
        var any = false;
        foreach (var leaf in record.Tree.Leaves)
        {
            if (leaf.IsDeleted == deleted && leaf.Revision != except)
            {
                output.Raw(any ? ","u8 : start);
                WriteRevision(output, leaf.Revision);
                any = true;
            }
        }

        if (any)
        {
            output.Raw("]"u8);
        }
    }

    private static void WriteAttachmentStart(JsonBuffer output, AttachmentInfo attachment, bool first)
    {
        output.Raw(first ? ""u8 : ","u8).Text(attachment.Name);
        output.Raw(":{\"content_type\":"u8).Text(attachment.ContentType);
        output.Raw(",\"revpos\":"u8).Number(attachment.RevisionPosition);
        output.Raw(",\"digest\":\"md5-"u8);
        System.Buffers.Text.Base64.EncodeToUtf8(attachment.Md5.Span, output.GetSpan(24), out _, out var written);
        output.Advance(written);
        output.Raw("\""u8);
    }

    private static void WriteAttachmentEnd(JsonBuffer output, AttachmentInfo attachment, in DocumentJsonOptions options, bool follows)
    {
        output.Raw(",\"length\":"u8).Number(attachment.Length);
        output.Raw(follows ? ",\"follows\":true"u8 : ",\"stub\":true"u8);
        WriteEncoding(output, attachment, options);
    }

    private static void WriteEncoding(JsonBuffer output, AttachmentInfo attachment, in DocumentJsonOptions options)
    {
        if (options.Any(DocumentMembers.AttachmentEncoding) && attachment.Encoding == ContentEncoding.Gzip)
        {
            output.Raw(",\"encoding\":\"gzip\",\"encoded_length\":"u8).Number(attachment.StoredLength);
        }

        output.Raw("}"u8);
    }

    private static void WriteHash(JsonBuffer output, RevisionId revision)
    {
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
}
