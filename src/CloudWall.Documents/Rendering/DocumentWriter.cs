using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>
/// Writes stored documents as CouchDB shows them, with members in its order (<see cref="MemberWriter"/>). The stored body is spliced in
/// without parsing.
/// </summary>
public static class DocumentWriter
{
    /// <summary>Up to this many revisions are searched linearly.</summary>
    private const int FewRevisions = 8;

    /// <summary>
    /// Writes a document with attachment stubs, or with <see cref="DocumentMembers.AttachmentsFollow"/>. <see cref="WriteWithDataAsync"/>
    /// writes the attachments' data into the JSON.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <param name="database">The document's database.</param>
    /// <param name="record">The document.</param>
    /// <param name="revision">The revision to write.</param>
    /// <param name="stored">That revision's body.</param>
    /// <param name="options">The members to write.</param>
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

    /// <summary>Writes the document of a listing's row: the winner with attachment stubs.</summary>
    /// <param name="output">The output.</param>
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

    /// <summary>Writes a winner as map functions receive it: with its conflicts and attachment stubs.</summary>
    /// <param name="output">The output.</param>
    /// <param name="id">The document's id as UTF-8.</param>
    /// <param name="revision">The winner, which is not a deletion.</param>
    /// <param name="stored">Its body.</param>
    /// <param name="leaves">All leaves of the document.</param>
    /// <param name="localSequence">The document's sequence; null leaves it out.</param>
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
    /// Writes a document with the data of the attachments after <see cref="DocumentOptions.AttachmentsSince"/>, in pieces, so that the
    /// answer can be sent meanwhile. Releases the body as soon as it is written.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <param name="database">The document's database.</param>
    /// <param name="record">The document.</param>
    /// <param name="revision">The revision to write.</param>
    /// <param name="stored">That revision's body.</param>
    /// <param name="options">The members to write.</param>
    /// <param name="cancellation">Cancels the reads.</param>
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
    /// The generation up to which the client has the attachments: that of the nearest revision in the history that the client named. -1 if
    /// it named none, because a replicated attachment may have the position 0.
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
                // A document recreated after a deletion shares no attachments with its earlier life, although their positions start at 1
                // again.
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
