using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Validation;
using CloudWall.Server.Endpoints.Documents;
using CloudWall.Server.Http;
using CloudWall.Server.Json;

namespace CloudWall.Server.Scripts;

/// <summary>A document that is about to be written, and the one that it follows, as validation functions are shown them.</summary>
internal static class ValidatedDocument
{
    private static readonly DocumentJsonOptions WithRevisions = new(DocumentMembers.Revisions);

    /// <summary>Writes both.</summary>
    /// <param name="output">Where the new one goes.</param>
    /// <param name="old">Where the old one goes; it stays empty where there is none.</param>
    /// <param name="database">Their database.</param>
    /// <param name="update">What is about to be written.</param>
    public static void Write(JsonBuffer output, JsonBuffer old, Database database, in ProposedUpdate update)
    {
        IReadOnlyList<AttachmentInfo> known = [];
        if (update.Old is { } record)
        {
            using var stored = database.Read(record.Id, update.OldRevision);
            if (stored is not null)
            {
                known = stored.Attachments;
                DocumentJson.Write(old, database, record, update.OldRevision, stored, WithRevisions);
            }
        }

        WriteNew(output, update.Write, known);
    }

    private static void WriteNew(JsonBuffer output, DocumentWrite write, IReadOnlyList<AttachmentInfo> known)
    {
        var document = write.Document;
        output.Raw("{\"_id\":"u8).Text(write.Id);
        if (!write.Parent.IsNone)
        {
            output.Raw(",\"_rev\":"u8).Revision(write.Parent);
        }

        if (document.Body.Length > 2)
        {
            output.Raw(","u8).Raw(document.Body.Span[1..^1]);
        }

        if (document.Deleted)
        {
            output.Raw(",\"_deleted\":true"u8);
        }

        IReadOnlyList<RevisionId> path = document.Revisions is { Count: > 0 } revisions && revisions[0] == write.Parent
            ? revisions
            : write.Parent.IsNone ? [] : [write.Parent];
        DocumentJson.WriteRevisions(output, [.. path.Select(static revision => new RevisionNode(revision, RevisionFlags.None))]);
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
                output.Raw(any ? ","u8 : ",\"_attachments\":{"u8);
                DocumentJson.WriteStub(output, info);
                any = true;
            }
        }

        if (any)
        {
            output.Raw("}"u8);
        }
    }
}
