using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Databases;

/// <summary>Reads revision trees whose older part may not be loaded yet.</summary>
public static class History
{
    /// <summary>
    /// A revision and its ancestors, newest first, as far as <c>_revs_limit</c> goes: CouchDB shows no more in <c>_revisions</c>, though
    /// the document forgets the rest only when it is written or compacted. Empty where the document does not have the revision.
    /// </summary>
    public static IReadOnlyList<RevisionNode> Of(Database database, DocumentRecord record, RevisionId revision) =>
        database.HistoryOf(record, revision);

    /// <summary>A revision and all ancestors that the document still has, newest first, as <c>revs_info</c> lists them.</summary>
    public static IReadOnlyList<RevisionNode> WholeOf(Database database, DocumentRecord record, RevisionId revision) =>
        new RecordHistory(database, record).Whole().PathOf(revision);

    /// <summary>Finds a revision of a document, leaf or ancestor.</summary>
    public static bool TryFind(Database database, DocumentRecord record, RevisionId revision, out RevisionNode node) =>
        new RecordHistory(database, record).TryFind(revision, out node);

    /// <summary>Which leaves some revisions of a document have become, as CouchDB's <c>latest</c> asks.</summary>
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
