using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>Looks documents up for answers.</summary>
public static class DocumentReader
{
    /// <summary>How often a document is looked up anew whose body was compacted away under our hands.</summary>
    private const int Attempts = 5;

    /// <summary>The winning revision.</summary>
    /// <param name="database">The database.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="deletedToo">Whether a deleted document is opened as well.</param>
    /// <exception cref="DocumentException">404 <c>missing</c> or <c>deleted</c>.</exception>
    public static OpenedDocument OpenWinner(Database database, string id, bool deletedToo = false)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = database.Find(id) ?? throw new DocumentException(DocumentError.Missing);
            if (record.Deleted && !deletedToo)
            {
                throw new DocumentException(DocumentError.Deleted);
            }

            var revision = record.Winner.Revision;
            if (database.Read(id, revision) is { } stored)
            {
                return new OpenedDocument(record, revision, stored);
            }
        }

        throw new DocumentException(DocumentError.Missing);
    }

    /// <summary>A revision, leaf or ancestor.</summary>
    /// <returns>Null where it was never there, or its body is not stored any more.</returns>
    public static OpenedDocument? OpenRevision(Database database, string id, RevisionId revision) =>
        database.Find(id) is { } record ? OpenRevision(database, record, revision) : null;

    /// <summary>A revision, leaf or ancestor.</summary>
    /// <returns>Null where it was never there, or its body is not stored any more.</returns>
    public static OpenedDocument? OpenRevision(Database database, DocumentRecord record, RevisionId revision)
    {
        if (!History.TryFind(database, record, revision, out _))
        {
            return null;
        }

        return database.Read(record.Id, revision) is { } stored ? new OpenedDocument(record, revision, stored) : null;
    }

    /// <summary>
    /// Which revisions of a document <c>open_revs</c> and <c>_bulk_get</c> answer with, found ones before missing ones.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="record">The document, or null where there is none.</param>
    /// <param name="revisions">The revisions asked for; null for all leaves.</param>
    /// <param name="latest">Whether the leaves that came of them are wanted instead.</param>
    /// <param name="found">Receives those to open; whether the body is stored remains to be seen.</param>
    /// <param name="missing">Receives those that are not there.</param>
    public static void Select(
        Database database,
        DocumentRecord? record,
        IReadOnlyList<RevisionId>? revisions,
        bool latest,
        List<RevisionId> found,
        List<RevisionId> missing)
    {
        if (record is null)
        {
            missing.AddRange(revisions ?? []);
            return;
        }

        if (revisions is null)
        {
            var leaves = new List<RevisionLeaf>();
            record.Tree.CollectLeaves(leaves);
            found.AddRange(leaves.ConvertAll(static leaf => leaf.Revision));
            return;
        }

        if (latest)
        {
            SelectLatest(database, record, [.. revisions], found, missing);
            return;
        }

        foreach (var revision in revisions)
        {
            (History.TryFind(database, record, revision, out _) ? found : missing).Add(revision);
        }
    }

    private static void SelectLatest(
        Database database, DocumentRecord record, RevisionId[] revisions, List<RevisionId> found, List<RevisionId> missing)
    {
        var leaves = new List<RevisionLeaf>();
        new RecordHistory(database, record).With(revisions).CollectLeavesBelow(revisions, leaves, missing);
        found.AddRange(leaves.ConvertAll(static leaf => leaf.Revision));
    }
}
