using CloudWall.Documents.Databases;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Rendering;

/// <summary>Room for documents in what is written.</summary>
public static class JsonOutputExtensions
{
    /// <summary>What a document has besides its body, as a rule.</summary>
    private const int Members = 512;

    /// <summary>
    /// Waits for room for a document that has been read, before it is written. Meanwhile it is given back, so that nothing is held of it,
    /// and read anew then.
    /// </summary>
    /// <param name="output">Where it is to be written.</param>
    /// <param name="database">Its database.</param>
    /// <param name="record">The document; null where it is known no longer.</param>
    /// <param name="revision">Which revision of it.</param>
    /// <param name="stored">Its body; null where it is not stored any more.</param>
    /// <returns>The body; null where it is not stored any more.</returns>
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
