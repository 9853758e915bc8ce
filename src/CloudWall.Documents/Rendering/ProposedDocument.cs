using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Validation;

namespace CloudWall.Documents.Rendering;

/// <summary>Writes a proposed document and the one it replaces, as arguments of validation functions.</summary>
public static class ProposedDocument
{
    private static readonly DocumentOptions WithRevisions = new(DocumentMembers.Revisions);

    /// <summary>Writes both.</summary>
    /// <param name="output">The output of the new document.</param>
    /// <param name="old">The output of the old document; stays empty if there is none.</param>
    /// <param name="database">Their database.</param>
    /// <param name="update">The proposed update.</param>
    public static void Write(JsonBuffer output, JsonBuffer old, Database database, in ProposedUpdate update)
    {
        IReadOnlyList<AttachmentInfo> known = [];
        if (update.Old is { } record)
        {
            using var stored = database.Read(record.Id, update.OldRevision);
            if (stored is not null)
            {
                known = stored.Attachments;
                DocumentWriter.Write(old, database, record, update.OldRevision, stored, WithRevisions);
            }
        }

        WriteNew(output, update.Write, known);
    }

    private static void WriteNew(JsonBuffer output, DocumentWrite write, IReadOnlyList<AttachmentInfo> known)
    {
        var document = write.Document;
        var parent = write.Parent;
        MemberWriter.WriteId(output, write.Id);
        MemberWriter.WriteBody(output, parent.IsNone ? null : parent, document.Deleted, document.Body.Span);
        IReadOnlyList<RevisionId> path = document.Revisions is { Count: > 0 } revisions && revisions[0] == parent
            ? revisions
            : parent.IsNone ? [] : [parent];
        MemberWriter.WriteRevisions(output, path);
        WriteAttachments(output, write, known);
        output.Raw("}"u8);
    }

    private static void WriteAttachments(JsonBuffer output, DocumentWrite write, IReadOnlyList<AttachmentInfo> known)
    {
        var any = false;
        foreach (var attachment in write.Attachments)
        {
            var info = attachment switch
            {
                { Content: { } content } => new AttachmentInfo(
                    attachment.Name,
                    attachment.ContentType,
                    attachment.RevisionPosition ?? write.Parent.Generation + 1,
                    content.Md5,
                    content.Length,
                    content.StoredLength,
                    content.Encoding,
                    content.ContentId),
                { Existing: { } existing } => existing,
                _ => known.FirstOrDefault(candidate => candidate.Name == attachment.Name),
            };
            if (info is not null)
            {
                MemberWriter.WriteAttachment(output, first: !any, info, follows: false, withEncoding: false);
                any = true;
            }
        }

        output.Raw(any ? "}"u8 : default);
    }
}
