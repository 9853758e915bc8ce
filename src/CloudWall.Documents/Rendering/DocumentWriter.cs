using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>
/// Writes stored documents as CouchDB shows them, members in its order (<see cref="MemberWriter"/>). The stored body is spliced in as it
/// lies; nothing is parsed.
/// </summary>
public static class DocumentWriter
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
        in DocumentOptions options)
    {
        WriteMembers(output, database, record, revision, stored, options);
        if (stored.Attachments.Count > 0)
        {
            var since = AttachmentsBase(database, record, revision, options);
            var withEncoding = options.Any(DocumentMembers.AttachmentEncoding);
            for (var i = 0; i < stored.Attachments.Count; i++)
            {
                var attachment = stored.Attachments[i];
                var follows = options.Any(DocumentMembers.AttachmentsFollow) && attachment.RevisionPosition > since;
                MemberWriter.WriteAttachment(output, i == 0, attachment, follows, withEncoding);
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
        MemberWriter.WriteId(output, id);
        MemberWriter.WriteBody(output, revision, deleted, stored.Body.Span);
        WriteStubs(output, stored);
    }

    /// <summary>Writes the winner of a document as map functions get it: with its conflicts, attachments as stubs.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The document's id as UTF-8.</param>
    /// <param name="revision">The winner, which is no deletion.</param>
    /// <param name="stored">Its body.</param>
    /// <param name="leaves">All leaves of the document.</param>
    /// <param name="localSequence">The document's sequence, where it is to be shown.</param>
    public static void WriteMapped(
        JsonBuffer output,
        ReadOnlySpan<byte> id,
        RevisionId revision,
        StoredRevision stored,
        ReadOnlySpan<RevisionLeaf> leaves,
        long? localSequence)
    {
        MemberWriter.WriteId(output, id);
        MemberWriter.WriteBody(output, revision, deleted: false, stored.Body.Span);
        if (leaves.Length > 1)
        {
            MemberWriter.WriteConflicts(output, leaves, revision);
            MemberWriter.WriteDeletedConflicts(output, leaves, revision);
        }

        if (localSequence is { } sequence)
        {
            MemberWriter.WriteLocalSequence(output, sequence);
        }

        WriteStubs(output, stored);
    }

    /// <summary>
    /// Writes a document with its attachments' bytes in the JSON (those after <see cref="DocumentOptions.AttachmentsSince"/>),
    /// piece by piece, so that an answer can be sent as it goes. The body is given back as soon as it has been written.
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
        DocumentOptions options,
        CancellationToken cancellation)
    {
        var buffer = output.Buffer;
        WriteMembers(buffer, database, record, revision, stored, options);
        stored.Dispose();
        if (stored.Attachments.Count > 0)
        {
            var since = AttachmentsBase(database, record, revision, options);
            var withEncoding = options.Any(DocumentMembers.AttachmentEncoding);
            for (var i = 0; i < stored.Attachments.Count; i++)
            {
                var attachment = stored.Attachments[i];
                if (attachment.RevisionPosition > since)
                {
                    MemberWriter.BeginData(buffer, i == 0, attachment);
                    await AttachmentData.WriteBase64Async(output, database, attachment, cancellation);
                    MemberWriter.EndData(buffer, attachment, withEncoding);
                }
                else
                {
                    MemberWriter.WriteAttachment(buffer, i == 0, attachment, follows: false, withEncoding);
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
    public static long AttachmentsBase(Database database, DocumentRecord record, RevisionId revision, in DocumentOptions options)
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

    private static void WriteStubs(JsonBuffer output, StoredRevision stored)
    {
        for (var i = 0; i < stored.Attachments.Count; i++)
        {
            MemberWriter.WriteAttachment(output, i == 0, stored.Attachments[i], follows: false, withEncoding: false);
        }

        output.Raw(stored.Attachments.Count > 0 ? "}}"u8 : "}"u8);
    }

    private static void WriteMembers(
        JsonBuffer output,
        Database database,
        DocumentRecord record,
        RevisionId revision,
        StoredRevision stored,
        in DocumentOptions options)
    {
        MemberWriter.WriteId(output, record.Id);
        MemberWriter.WriteBody(output, revision, History.IsDeleted(database, record, revision), stored.Body.Span);
        if (options.Any(DocumentMembers.Revisions))
        {
            MemberWriter.WriteRevisions(output, History.Of(database, record, revision));
        }

        if (options.Any(DocumentMembers.RevisionsInfo))
        {
            WriteRevisionsInfo(output, database, record, revision);
        }

        if (options.Any(DocumentMembers.Conflicts))
        {
            MemberWriter.WriteConflicts(output, LeavesOf(record), revision);
        }

        if (options.Any(DocumentMembers.DeletedConflicts))
        {
            MemberWriter.WriteDeletedConflicts(output, LeavesOf(record), revision);
        }

        if (options.Any(DocumentMembers.LocalSequence))
        {
            MemberWriter.WriteLocalSequence(output, record.Sequence);
        }
    }

    private static ReadOnlySpan<RevisionLeaf> LeavesOf(DocumentRecord record) =>
        record.Tree.Leaves is RevisionLeaf[] leaves ? leaves : [.. record.Tree.Leaves];

    private static void WriteRevisionsInfo(JsonBuffer output, Database database, DocumentRecord record, RevisionId revision)
    {
        output.Raw(",\"_revs_info\":["u8);
        var separator = ""u8;
        foreach (var node in History.WholeOf(database, record, revision))
        {
            output.Raw(separator).Raw("{\"rev\":"u8).Revision(node.Revision).Raw(",\"status\":\""u8);
            output.Raw(
                !node.IsStored || !database.IsAvailable(record.Id, node.Revision) ? "missing\"}"u8
                : node.IsDeleted ? "deleted\"}"u8
                : "available\"}"u8);
            separator = ","u8;
        }

        output.Raw("]"u8);
    }
}
