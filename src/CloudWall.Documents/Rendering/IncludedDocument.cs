using System.Text;
using CloudWall.Documents.Changes;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>Writes the member <c>doc</c> of rows (<c>include_docs</c>), with a comma before it.</summary>
/// <param name="output">The output.</param>
/// <param name="database">The documents' database.</param>
/// <param name="members">The members to write.</param>
/// <param name="cancellation">Cancels reads of attachments.</param>
public sealed class IncludedDocument(IJsonOutput output, Database database, DocumentMembers members, CancellationToken cancellation)
{
    /// <summary>Bodies up to this size are written without a reservation of memory.</summary>
    private const int Small = 32 * 1024;

    /// <summary>Combines the three options of rows.</summary>
    public static DocumentMembers MembersOf(bool conflicts, bool attachments, bool attachmentEncodingInfo) =>
        (conflicts ? DocumentMembers.Conflicts : DocumentMembers.None)
        | (attachments ? DocumentMembers.AttachmentData : DocumentMembers.None)
        | (attachmentEncodingInfo ? DocumentMembers.AttachmentEncoding : DocumentMembers.None);

    /// <summary>Writes a local document.</summary>
    public static void WriteLocal(JsonBuffer buffer, LocalDocument document)
    {
        buffer.Raw(",\"doc\":{\"_id\":"u8).Text(document.Id).Raw(",\"_rev\":\"0-"u8).Number(document.Revision).Raw("\""u8);
        if (document.Body.Length > 2)
        {
            buffer.Raw(","u8).Raw(document.Body.Span[1..^1]);
        }

        buffer.Raw("}"u8);
    }

    /// <summary>Writes the winner of the document at a cursor. Its body is read by the cursor.</summary>
    public ValueTask WriteAsync(DocumentCursor cursor)
    {
        var stored = cursor.ReadWinner();
        if (members == DocumentMembers.None && stored is { Body.Length: <= Small })
        {
            using (stored)
            {
                DocumentWriter.WriteRow(Begin(), cursor.Id, cursor.Winner, deleted: false, stored);
                return ValueTask.CompletedTask;
            }
        }

        var record = cursor.Record;
        return WriteAsync(record, record.Winner.Revision, stored ?? database.Read(record.Id, record.Winner.Revision));
    }

    /// <summary>Writes the winner of the document at a cursor.</summary>
    public ValueTask WriteAsync(ChangesCursor cursor) => WriteAsync(Encoding.UTF8.GetString(cursor.Id), cursor.Leaves[0]);

    /// <summary>Writes the winner of a document.</summary>
    public ValueTask WriteAsync(DocumentRecord record) =>
        WriteAsync(record, record.Winner.Revision, database.Read(record.Id, record.Winner.Revision));

    /// <summary>Writes the winner of a document, or <c>null</c>.</summary>
    public ValueTask WriteAsync(string id)
    {
        if (database.Find(id) is { Deleted: false } record)
        {
            return WriteAsync(record);
        }

        WriteNull();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes a revision of a document without members about other revisions, or <c>null</c>.</summary>
    public async ValueTask WriteAsync(string id, RevisionId revision)
    {
        if (DocumentReader.OpenRevision(database, id, revision) is not { } opened)
        {
            WriteNull();
            return;
        }

        using (opened)
        {
            await new IncludedDocument(output, database, members & ~DocumentMembers.Conflicts, cancellation)
                .WriteAsync(opened.Record, revision, database.Read(id, revision));
        }
    }

    /// <summary>Writes <c>null</c>: the row has no document.</summary>
    public void WriteNull() => Begin().Raw("null"u8);

    /// <summary>Writes a winner that is already known.</summary>
    public ValueTask WriteAsync(string id, RevisionLeaf winner)
    {
        var stored = database.Read(id, winner.Revision);
        if (members == DocumentMembers.None && stored is { Body.Length: <= Small })
        {
            using (stored)
            {
                DocumentWriter.WriteRow(Begin(), Encoding.UTF8.GetBytes(id), winner.Revision, winner.IsDeleted, stored);
                return ValueTask.CompletedTask;
            }
        }

        return WriteAsync(database.Find(id), winner.Revision, stored);
    }

    private async ValueTask WriteAsync(DocumentRecord? record, RevisionId revision, StoredRevision? read)
    {
        using var stored = await output.RoomForAsync(database, record, revision, read);
        if (record is null || stored is null)
        {
            // The document was purged or compacted after the row was read.
            WriteNull();
        }
        else if ((members & DocumentMembers.AttachmentData) != 0)
        {
            var damage = await AttachmentData.FindDamageAsync(
                database, record, revision, stored, new DocumentOptions(members), cancellation);
            if (damage is not null)
            {
                WriteNull();
                output.Buffer.Raw(","u8).Failure(damage);
                return;
            }

            Begin();
            await DocumentWriter.WriteWithDataAsync(
                output, database, record, revision, stored, new DocumentOptions(members), cancellation);
        }
        else
        {
            DocumentWriter.Write(Begin(), database, record, revision, stored, new DocumentOptions(members));
        }
    }

    private JsonBuffer Begin() => output.Buffer.Raw(",\"doc\":"u8);
}
