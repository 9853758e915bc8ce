using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>Reserves memory for documents in an output.</summary>
public static class JsonOutputExtensions
{
    /// <summary>The typical size of a document's members besides its body.</summary>
    private const int Members = 512;

    /// <summary>
    /// Reserves memory for a document that was read, before it is written. If that has to wait, the document is released meanwhile and read
    /// again afterwards.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <param name="database">Its database.</param>
    /// <param name="record">The document; null if unknown.</param>
    /// <param name="revision">The revision to write.</param>
    /// <param name="stored">Its body; null if it is not stored any more.</param>
    /// <returns>The body; null if it is not stored any more.</returns>
    public static ValueTask<StoredRevision?> RoomForAsync(
        this IJsonOutput output, Database database, DocumentRecord? record, RevisionId revision, StoredRevision? stored)
    {
        if (stored is null || record is null)
        {
            return new ValueTask<StoredRevision?>(stored);
        }

        var room = output.ReserveAsync(stored.Body.Length + Members);
        return room.IsCompletedSuccessfully ? new ValueTask<StoredRevision?>(stored) : WaitAsync();

        async ValueTask<StoredRevision?> WaitAsync()
        {
            stored.Dispose();
            await room;
            return database.Read(record.Id, revision);
        }
    }
}
