using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>Looks up documents for answers.</summary>
public static class DocumentReader
{
    /// <summary>The number of look-ups if compaction keeps removing the body in between.</summary>
    private const int Attempts = 5;

    /// <summary>Opens the winning revision.</summary>
    /// <param name="database">The database.</param>
    /// <param name="id">The document's id.</param>
    /// <param name="deletedToo">Whether to open deleted documents too.</param>
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

    /// <summary>Opens a leaf or ancestor.</summary>
    /// <returns>Null if the revision is unknown or its body is not stored any more.</returns>
    public static OpenedDocument? OpenRevision(Database database, string id, RevisionId revision) =>
        database.Find(id) is { } record ? OpenRevision(database, record, revision) : null;

    /// <summary>Opens a leaf or ancestor.</summary>
    /// <returns>Null if the revision is unknown or its body is not stored any more.</returns>
    public static OpenedDocument? OpenRevision(Database database, DocumentRecord record, RevisionId revision)
    {
        if (!History.TryFind(database, record, revision, out _))
        {
            return null;
        }

        return database.Read(record.Id, revision) is { } stored ? new OpenedDocument(record, revision, stored) : null;
    }

    /// <summary>Selects the revisions for an answer to <c>open_revs</c> or <c>_bulk_get</c>.</summary>
    /// <param name="database">The database.</param>
    /// <param name="record">The document, or null if it does not exist.</param>
    /// <param name="revisions">The requested revisions; null for all leaves.</param>
    /// <param name="latest">Whether to return the leaves below the requested revisions instead.</param>
    /// <param name="found">Receives the revisions to open; their bodies may still be missing.</param>
    /// <param name="missing">Receives the revisions that do not exist.</param>
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
            SelectLatest(database, record, [.. revisions.Distinct()], found, missing);
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
