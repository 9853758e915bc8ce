using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>Reads revision trees whose older ancestors may not be loaded.</summary>
public static class History
{
    /// <summary>
    /// Returns a revision and its ancestors, newest first, limited to <c>_revs_limit</c>. CouchDB applies a lowered limit to
    /// <c>_revisions</c> at once, but to the document only when it is written or compacted. Empty if the document does not have the
    /// revision.
    /// </summary>
    public static IReadOnlyList<RevisionNode> Of(Database database, DocumentRecord record, RevisionId revision) =>
        database.HistoryOf(record, revision);

    /// <summary>Returns a revision and all its stored ancestors, newest first, as <c>revs_info</c> lists them.</summary>
    public static IReadOnlyList<RevisionNode> WholeOf(Database database, DocumentRecord record, RevisionId revision) =>
        new RecordHistory(database, record).Whole().PathOf(revision);

    /// <summary>Finds a revision of a document among leaves and ancestors.</summary>
    public static bool TryFind(Database database, DocumentRecord record, RevisionId revision, out RevisionNode node) =>
        new RecordHistory(database, record).TryFind(revision, out node);

    /// <summary>Returns the leaves below some revisions, for CouchDB's <c>latest</c>.</summary>
    public static IReadOnlyList<RevisionLeaf> LeavesBelow(Database database, DocumentRecord record, IReadOnlyList<RevisionId> revisions)
    {
        var leaves = new List<RevisionLeaf>();
        new RecordHistory(database, record).Whole().CollectLeavesBelow([.. revisions], leaves, []);
        return leaves;
    }

    /// <summary>Whether a revision deletes the document.</summary>
    public static bool IsDeleted(Database database, DocumentRecord record, RevisionId revision) =>
        record.Winner.Revision == revision
            ? record.Winner.IsDeleted
            : TryFind(database, record, revision, out var node) && node.IsDeleted;
}
